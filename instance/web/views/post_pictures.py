"""Pictures of public posts, and the part of a form that sends them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPicture:
    """`small_url` is "" of one of elsewhere that is not here: then `url` leads there."""

    url: str
    small_url: str = ""
    width: int = 0  # of the small one
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPicture:
    """One that was sent and is not posted; `alt` and `looked` as typed."""

    id: str
    picture: PostPicture
    alt: str = ""
    looked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureForm:
    chosen: tuple[ChosenPicture, ...] = ()
    sensitive: bool = False
    most: int = 4
