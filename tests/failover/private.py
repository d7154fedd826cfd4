# SPDX-License-Identifier: Apache-2.0
"""Words that nobody guesses."""
import secrets


def secret():
    """Safe in a URL, in a quoted string and in a settings file."""
    return secrets.token_urlsafe(18)
