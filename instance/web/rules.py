"""How addresses are matched. None is made from the name of a route: they are written out."""

from collections.abc import Callable

from quart.routing import QuartRule


class MatchedRule(QuartRule):
    """Compiles what makes addresses of it when one is asked for: to do it for each of a thousand
    rules is a tenth of a server's start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _with_unknown if append_unknown else _without_unknown

    def compiled(self, append_unknown: bool) -> Callable[..., tuple[str, str]]:
        return super()._compile_builder(append_unknown)


def _with_unknown(rule: MatchedRule, **values: object) -> tuple[str, str]:
    return rule.compiled(True)(rule, **values)


def _without_unknown(rule: MatchedRule, **values: object) -> tuple[str, str]:
    return rule.compiled(False)(rule, **values)
