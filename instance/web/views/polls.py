"""How a poll stands, and what its reader may do."""

from dataclasses import dataclass
from datetime import datetime

from instance.web.views.page import FieldError, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    """`votes` and `percent` None: too few to be shown. `percent` is of those who voted; where only
    physicians count, of the votes that are shown."""

    id: str  # the value of the form field `choice`
    name: str
    votes: int | None = None
    percent: int | None = None
    mine: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll. `may_vote`: the form is shown, else the result; `url` takes the vote.

    `voters` 0 with `votes`: its server does not say how many people these are. Where only
    physicians count, `votes` are those that are shown, and `voters` is 0.
    """

    id: str
    options: tuple[PollOption, ...]
    url: str = ""
    multiple: bool = False
    closed: bool = False
    ends_at: datetime | None = None
    voters: int = 0
    votes: int = 0
    may_vote: bool = False
    identities: tuple[Identity, ...] = ()
    counted_by: str = ""  # where it is a poll of elsewhere: who learns what is chosen
    physicians: bool = False  # only they count
    bar: str = ""  # why its reader cannot vote: a key of `words.POLL_BARS`
    result: bool = True  # whether there is one yet
    errors: tuple[FieldError, ...] = ()  # field: choice

    @property
    def voted(self) -> bool:
        return any(option.mine for option in self.options)

    @property
    def is_whole(self) -> bool:
        """Whether shares can be told: where votes are left out they would be of some of them."""
        return not self.physicians or all(option.votes is not None for option in self.options)

    @property
    def leaders(self) -> tuple[PollOption, ...]:
        """The options with the most votes, where these can be shown."""
        return tuple(option for option in self.options if option.leads)
