"""The tables, one metadata for SQLite and PostgreSQL. A change here needs a migration."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from digest.store.columns import Lines, PlainText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("title", PlainText, nullable=False),
    Column("memory", JSON, nullable=False),  # what the source's plug wants to remember
    Column("first_success", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("last_attempt", UtcDateTime, nullable=False),
    Column("due", UtcDateTime),  # when it may be asked again
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcDateTime),
    Column("last_error", PlainText, nullable=False),
    Column("disabled", PlainText, nullable=False),  # why it is not asked any more, "" if it is
)

pulls = Table(
    "pulls",
    metadata,
    Column("edition", PlainText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),  # when its sources were last pulled
)

articles = Table(
    "articles",
    metadata,
    Column("source", PlainText, ForeignKey("sources.id"), primary_key=True),
    Column("guid", PlainText, primary_key=True),
    Column("url", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("summary", PlainText, nullable=False),
    Column("body", JSON, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("published", UtcDateTime),
    Column("date_doubt", PlainText, nullable=False, server_default=""),
    Column("updated", UtcDateTime),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("image", JSON(none_as_null=True)),
    Column("comments", BigInteger),
    Column("views", BigInteger),
    Column("language", PlainText, nullable=False),
    Column("dated", UtcDateTime, nullable=False),  # published, or else first_seen: for the indexes
    Index(None, "source", "dated"),  # an edition's window
    Index(None, "dated"),  # the newest headlines of all
    Index(None, "url"),  # the articles of earlier placements
)

vectors = Table(
    "vectors",
    metadata,
    Column("source", PlainText, primary_key=True),
    Column("guid", PlainText, primary_key=True),
    Column("model", PlainText, nullable=False),  # vectors of two models are never compared
    Column("text_sha256", PlainText, nullable=False),  # of what was embedded: it may change
    Column("vector", LargeBinary, nullable=False),  # in the model's own form
    ForeignKeyConstraint(
        ["source", "guid"], ["articles.source", "articles.guid"], ondelete="CASCADE"
    ),
)

pages = Table(
    "pages",
    metadata,
    Column("url", PlainText, primary_key=True),
    Column("read_at", UtcDateTime, nullable=False),
    Column("summary", PlainText, nullable=False),
    Column("body", JSON, nullable=False),
    Column("image", JSON(none_as_null=True)),
)

probes = Table(
    "probes",
    metadata,
    Column("url", PlainText, primary_key=True),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("size_bytes", BigInteger),
    Column("fault", PlainText, nullable=False),
)

# Pictures made ready for a place on a page, or why they could not be.
pictures = Table(
    "pictures",
    metadata,
    Column("url", PlainText, primary_key=True),
    Column("shape", PlainText, primary_key=True),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),  # when an issue last wanted it
    Column("kind", PlainText, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("fault", PlainText, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "used_at"),  # those that no issue wants any more
)

comments = Table(
    "comments",
    metadata,
    Column("source", PlainText, ForeignKey("sources.id"), primary_key=True),
    Column("guid", PlainText, primary_key=True),
    Column("url", PlainText, nullable=False),
    Column("author", PlainText, nullable=False),
    Column("text", PlainText, nullable=False),
    Column("on_title", PlainText, nullable=False),
    Column("published", UtcDateTime),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("dated", UtcDateTime, nullable=False),  # published, or else first_seen: for the index
    Index(None, "source", "dated"),
)

readings = Table(
    "readings",
    metadata,
    Column("edition", PlainText, primary_key=True),
    Column("provider", PlainText, primary_key=True),
    Column("url", PlainText, primary_key=True),
    Column("as_of", UtcDateTime, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("unit", PlainText, nullable=False),
    Column("hours", Float),
    Column("taken_at", UtcDateTime, nullable=False),
    Index(None, "edition", "as_of"),  # the readings of a morning
)

# How often readers opened a page from the newsletter, an hour: nothing about who did.
clicks = Table(
    "clicks",
    metadata,
    Column("edition", PlainText, primary_key=True),
    Column("date", Date, primary_key=True),  # the issue's
    Column("url", PlainText, primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),  # its beginning
    Column("count", BigInteger, nullable=False),
    Index(None, "edition", "hour"),  # what was opened of late
)

reports = Table(
    "reports",
    metadata,
    Column("edition", PlainText, primary_key=True),
    Column("as_of", UtcDateTime, primary_key=True),
    Column("temperature_c", Float, nullable=False),
    Column("condition", PlainText, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", PlainText, nullable=False),
    Column("date", Date, nullable=False),
    Column("state", PlainText, nullable=False),
    Column("cutoff", UtcDateTime, nullable=False),
    Column("built_at", UtcDateTime, nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("subject", PlainText, nullable=False),
    Column("standfirst", PlainText, nullable=False),
    Column("stories", Integer, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("errors", Integer, nullable=False, server_default="0"),  # of the findings
    Column("approved_by", PlainText, nullable=False, server_default=""),
    Column("approved_sha256", PlainText, nullable=False, server_default=""),  # the manifest's
    Column("begun", Boolean, nullable=False),  # a send that nobody can call back
    Column("approved_at", UtcDateTime),
    Column("paused", PlainText, nullable=False, server_default=""),  # who and why, of a send
    UniqueConstraint("edition", "date"),  # this makes one issue a day
)

placements = Table(
    "placements",
    metadata,
    Column("issue_id", ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),  # in reading order, from 0
    Column("slot", PlainText, nullable=False),
    Column("url", PlainText, nullable=False),
    Column("story", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("began", Date),  # when an issue first showed the story; of old, not known
    Column(
        "others", JSON, nullable=False, server_default="[]"
    ),  # the addresses of who else told it
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", PlainText, nullable=False),
    Column("key", PlainText, nullable=False),  # alike for all spellings of the address
    Column("address", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("language", PlainText, nullable=False),
    Column("sections", Lines, nullable=False),  # titles, none for all
    Column("paused_until", Date),  # the first day on which they want it again
    Column("since", UtcDateTime, nullable=False),
    Column("mark", LargeBinary, nullable=False),  # the address's salted hash: see suppressions
    UniqueConstraint("edition", "key"),  # this makes one email a person
    Index(None, "mark"),  # whom a link or a bounce is about
    sqlite_autoincrement=True,  # an erased person's number must never become another's
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), nullable=False),
    Column("given_at", UtcDateTime),  # None where nobody said when
    Column("how", PlainText, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
    Column("noted_by", PlainText, nullable=False),
    Index(None, "subscriber_id"),
)

# Who is not to be written to. No address stands here: who was erased stays suppressed, unknown.
suppressions = Table(
    "suppressions",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("edition", PlainText, primary_key=True),  # "" for every one
    Column("reason", PlainText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("note", PlainText, nullable=False),
)

# What came back, about whom it is: bounces and complaints.
bounces = Table(
    "bounces",
    metadata,
    Column("answer", PlainText, primary_key=True),  # its name: the same report counts once
    Column("mark", LargeBinary, primary_key=True),
    Column("edition", PlainText, nullable=False),  # "" where it is not known
    Column("date", Date),  # the issue's
    Column("at", UtcDateTime, nullable=False),
    Column("grade", PlainText, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("proven", Boolean, nullable=False),  # that it is about a delivery of ours
    Column("detail", PlainText, nullable=False),
    Index(None, "mark", "edition", "date"),  # how many in a row
)

keys = Table(
    "keys",
    metadata,
    Column("purpose", PlainText, primary_key=True),
    Column("number", Integer, primary_key=True),  # the highest is the newest
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

# One email an issue and a subscriber: how far it is, and who has it in hand.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id", ondelete="CASCADE"), nullable=False),
    # None once they are erased: what was sent still adds up.
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="SET NULL")),
    Column("state", PlainText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", PlainText, nullable=False),  # which sender has it in hand, "" for none
    Column("lease_until", UtcDateTime),
    Column("next_at", UtcDateTime),  # when a deferred one is tried again
    Column("detail", PlainText, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # when it came into its state
    UniqueConstraint("issue_id", "subscriber_id"),  # this makes one email a subscriber
    Index(None, "issue_id", "state", "id"),  # what waits, in its order
    Index(None, "subscriber_id"),
)

# What the editors were told, or are to be: the same thing once.
alerts = Table(
    "alerts",
    metadata,
    Column("edition", PlainText, primary_key=True),
    Column("date", Date, primary_key=True),  # the issue's
    Column("kind", PlainText, primary_key=True),
    Column("sha256", PlainText, primary_key=True),  # of the words
    Column("what", PlainText, nullable=False),
    Column("hint", PlainText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),  # None while nobody took it
)

leases = Table(
    "leases",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("holder", PlainText, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
