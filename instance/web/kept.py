"""What was typed into a form that is not taken: given back, so that nobody writes it twice.

Never the words of another site's form: they would stand on a page of ours. Never a password.
"""

from quart import request
from werkzeug.exceptions import HTTPException

from instance.web import sessions
from instance.web.views import KeptText

_SECRETS = ("password", "token")


async def typed_texts() -> tuple[KeptText, ...]:
    """Each text of more than one word in this request's form, under the name of its field."""
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    if request.method != "POST" or not is_form or not sessions.is_same_origin(request):
        return ()
    try:
        form = await request.form
    except HTTPException:  # nothing was read
        return ()
    return tuple(
        KeptText(label=name.replace("_", " ").capitalize(), text=text)
        for name, text in form.items(multi=True)
        if len(text.split()) > 1 and not any(secret in name for secret in _SECRETS)
    )
