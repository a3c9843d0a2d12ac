"""What this room tells the rooms that may not be imported from here."""

from django.dispatch import Signal

preview_requested = Signal()
"""A curator wants pictures of a version, often a draft: sent after commit with `version`,
`prompt`, `by` and `preview`. The receiver renders and answers with `previews.deliver` or
`previews.fail`; what it raises is shown to the curator."""
