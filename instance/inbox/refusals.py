"""A refusal that leaves an audit row (threats.md, AUDIT)."""

from federation.errors import NotAllowed


class Refused(NotAllowed):
    """Somebody who was authenticated asked for what no rule gives them. `rule`: its id."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Equivocation(Refused):
    """The owner of a consult told two stories under one number; the consult freezes (T60)."""

    def __init__(self, consult_id: int) -> None:
        super().__init__("T60 equivocation")
        self.consult_id = consult_id
