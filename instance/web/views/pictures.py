"""Images of consults: as the thread shows them, and before they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One image. `url` and `small_url` are at our own origin; `width` and `height` of the small
    one. `basis`: held or no_feature. `state`: ready, awaited (not here yet), missing, or recalled:
    then there is no `id`, nor anything else of it."""

    id: str = ""
    url: str = ""
    small_url: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    basis: str = ""
    state: Literal["ready", "awaited", "missing", "recalled"] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentImage:
    """One that its sender works on. `picture` is the whole one. `lacks`: what still has to be said
    of it, "" for nothing. `looked`: that nothing in any corner identifies anybody."""

    id: str
    version: int
    picture: Picture
    full_width: int
    full_height: int
    looked: bool = False
    lacks: str = ""


COVERS = 6  # rows on the page; more are covered the next time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A row of the tool as typed, in percent. `name`: "cover-1" and so on, or "crop"."""

    name: str
    left: str = ""
    top: str = ""
    width: str = ""
    height: str = ""

    @classmethod
    def all_of(cls, form: Mapping[str, str]) -> "tuple[Rectangle, ...]":
        """Every row, those that nobody filled as well."""
        names = [*(f"cover-{number}" for number in range(1, COVERS + 1)), "crop"]
        return tuple(
            cls(name=name, **{side: form.get(f"{name}-{side}", "").strip() for side in SIDES})
            for name in names
        )

    @property
    def typed(self) -> tuple[str, ...]:
        return (self.left, self.top, self.width, self.height)


SIDES = ("left", "top", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesPage(PageView):
    """`/consults/drafts/<key>/images`: those of one form, and where more are added."""

    TEMPLATE: ClassVar[str] = "consults/images.html"
    key: str
    images: tuple[UnsentImage, ...] = ()
    most: int = 8
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePage(PageView):
    """`/consults/images/<id>`: look at one image, cover and crop it, say what it is.

    `rectangles` as typed. `done`: "covered" after it was changed.
    """

    TEMPLATE: ClassVar[str] = "consults/image.html"
    image: UnsentImage
    list_url: str
    rectangles: tuple[Rectangle, ...]
    done: str = ""
    errors: tuple[FieldError, ...] = ()
