"""What the accounts announce. Receivers run inside the same transaction."""

from django.dispatch import Signal

# A guest signed up or signed in. Arguments: guest, person. Move what is the guest's to the
# person; the guest's row is deleted right afterwards.
guest_adopted = Signal()

# An account is about to be deleted, with all its rows. Argument: person.
account_leaving = Signal()
