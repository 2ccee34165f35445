"""A form that makes one thing, however often it is sent: its page holds an id, from which that of the thing follows."""

from uuid import UUID, uuid4, uuid5

from portal.forms.fields import hidden_field


class SentOnce:
    """A part of a form. A page that somebody went back to, and fills in with other words, makes another thing."""

    page_id = hidden_field(default=uuid4)

    def id_for(self, *words: object) -> UUID:
        """Return the id of what is made of these words; a new one where the page gave none."""
        try:
            page = UUID(str(self.page_id.data))
        except ValueError:
            return uuid4()
        return uuid5(page, "\0".join(map(str, words)))
