"""Images as pages show them."""

from instance.models import Media, MediaState
from instance.services import media
from instance.services.consults import images
from instance.web.views import Picture, UnsentImage


def picture(row: Media) -> Picture:
    if row.state is not MediaState.READY:
        return Picture(alt=row.alt, basis=_basis(row), state=row.state.value)  # type: ignore[arg-type]
    width, height = media.small_size(row)
    return Picture(
        url=f"/media/{row.id}",
        small_url=f"/media/{row.id}/small",
        width=width,
        height=height,
        alt=row.alt,
        basis=_basis(row),
    )


def unsent(row: Media) -> UnsentImage:
    return UnsentImage(
        id=str(row.id),
        version=row.version,
        picture=picture(row),
        full_width=row.width,
        full_height=row.height,
        looked=row.looked_at is not None,
        lacks=images.lacks(row),
    )


def _basis(row: Media) -> str:
    return row.basis.value if row.basis else ""
