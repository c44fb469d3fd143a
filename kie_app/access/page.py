"""The login page: one form, a link to the provider, no script, nothing from elsewhere."""

from __future__ import annotations

import html
from pathlib import Path

from starlette.responses import HTMLResponse

STYLESHEET = Path(__file__).with_name("login.css")

WRONG = "Name or password is wrong."
# What the log-in at a provider can end in; the address of the page names it.
TROUBLES = {
    "provider": "The log-in there failed. Try again, or tell whoever runs this app.",
    "unverified": "The e-mail address of that account is not verified: verify it there, try again.",
    "stranger": "That account may not use this app: ask whoever runs it to let you in.",
}

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    # Not no-referrer: with that the form would be sent with the origin "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in to Onepass</title>
<link rel="stylesheet" href="login.css">
</head>
<body>
<main>
<h1>Onepass</h1>
<p class="lead">Log in to open documents.</p>
{trouble}{form}{provider}
</main>
</body>
</html>
"""

FORM = """<form method="post" action="login">
<label for="username">Name</label>
<input id="username" name="username" value="{name}" required maxlength="100"
 autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"{first}>
<label for="password">Password</label>
<input id="password" name="password" type="password" required
 autocomplete="current-password"{then}>
<button type="submit">Log in</button>
</form>"""

PROVIDER = '<a class="provider" href="login-oidc">Log in with {label}</a>'


def answer(
    form: bool, provider: str, trouble: str = "", name: str = "", status: int = 200
) -> HTMLResponse:
    """The page, with the form for a password, a provider's label, and what went wrong before."""
    parts = {
        "trouble": f'<p class="trouble" role="alert">{html.escape(trouble)}</p>' if trouble else "",
        "form": _form(name) if form else "",
        "provider": PROVIDER.format(label=html.escape(provider)) if provider else "",
    }
    return HTMLResponse(PAGE.format(**parts), status, HEADERS)


def _form(name: str) -> str:
    """The form; a name that was typed before stays, and the cursor waits at the password."""
    first, then = ("", " autofocus") if name else (" autofocus", "")
    return FORM.format(name=html.escape(name[:100]), first=first, then=then)
