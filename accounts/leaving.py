"""The end of an account: other rooms clear up first, then its rows go."""

from django.db import transaction

from accounts.models import User
from accounts.signals import account_leaving


def delete_person(person: User) -> None:
    """Delete `person` with all that is theirs, all or nothing.

    Raises ProtectedError when a row that must stay points at them.
    """
    with transaction.atomic():
        account_leaving.send(sender=User, person=person)
        User.objects.get(pk=person.pk).delete()
