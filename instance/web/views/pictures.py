"""Images of consults: as the thread shows them, and before they are sent."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One image. `url` and `small_url` are at our own origin; `width` and `height` of the small
    one. `basis`: held or no_feature. `state`: ready, awaited (not here yet) or missing."""

    url: str = ""
    small_url: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    basis: str = ""
    state: Literal["ready", "awaited", "missing"] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentImage:
    """One that its sender works on. `lacks`: what still has to be said of it, "" for nothing."""

    id: str
    version: int
    picture: Picture
    full_width: int
    full_height: int
    looked: bool = False
    lacks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A row of the cover tool as typed, in percent. `kind`: "", cover or crop."""

    kind: str = ""
    left: str = ""
    top: str = ""
    width: str = ""
    height: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePage(PageView):
    """`/consults/images/<id>`: look at one image, cover and crop it, say what it is."""

    TEMPLATE: ClassVar[str] = "consults/image.html"
    image: UnsentImage
    rectangles: tuple[Rectangle, ...]
    back_url: str
    errors: tuple[FieldError, ...] = ()
