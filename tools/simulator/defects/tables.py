"""What can be spoiled in each table. The simulator knows no contract of a warehouse: a test holds this against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# What comes with every table of a feed: columns that need a value, closed lists, and types of those that land as text.
FEED_REQUIRED = {
    "cdc": ("_op", "_lsn", "_committed_at"),
    "append": (),
    "upsert": ("_written_at",),
    "document": ("_revision",),
}
FEED_DOMAINS = {"cdc": ("_op",)}
FEED_TYPES = {
    "cdc": {},
    "append": {"_ingested_at": "timestamp"},
    "upsert": {"_written_at": "timestamp", "_ingested_at": "timestamp"},
    "document": {"_revision": "bigint", "_ingested_at": "timestamp"},
}


@dataclass(frozen=True)
class Elements:
    """What the objects of an array hold: types of what is no text, and what none may lack."""

    types: Mapping[str, str]
    required: tuple[str, ...]


@dataclass(frozen=True)
class Spoilable:
    """A table as far as it can be spoiled.

    `required` are columns besides the key; `domains` those with a closed list; `types` those of text formats that hold
    no text; `paths` where a document holds a column, if not under its own name. `moment` is a column of the time of
    something that follows a parent; rows of `parent` are sometimes landed after their children.
    """

    format: str
    feed: str
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, Elements] = field(default_factory=dict)
    delimiter: str = ""
    decimal_comma: bool = False
    date_format: str | None = None
    timestamp_format: str | None = None
    moment: str | None = None
    parent: bool = False


def table(form: str, key: str, required: str = "", domains: str = "", types: Mapping[str, str] | None = None, **more):
    """A table from names in one text; `form` is format and feed, `types` maps a type to its columns."""
    file_format, feed = form.split()
    of_type = {name: kind for kind, names in (types or {}).items() for name in names.split()}
    return Spoilable(
        *(file_format, feed, tuple(key.split()), (*required.split(), *FEED_REQUIRED[feed])),
        domains=(*domains.split(), *FEED_DOMAINS.get(feed, ())),
        types={} if file_format == "parquet" else of_type | FEED_TYPES[feed],
        **more,
    )


LOG, LEDGER, ROWS, SHEET = "parquet cdc", "parquet append", "jsonl append", "csv append"
MONEY, PRICE = "decimal(18,3)", "decimal(18,6)"
TABLES = {
    "shop.customers": table(LOG, "customer_id", "country_code registered_at", "country_code"),
    "shop.addresses": table(LOG, "address_id", "customer_id address_kind country_code", "address_kind country_code"),
    "shop.promotions": table(LOG, "promotion_id", "starts_at", "discount_kind"),
    "shop.orders": table(
        LOG,
        "order_id",
        "sales_channel order_status shipping_country_code currency_code total_amount ordered_at",
        "sales_channel order_status shipping_country_code currency_code",
        parent=True,
    ),
    "shop.order_items": table(LOG, "order_item_id", "order_id product_id quantity unit_price"),
    "shop.payments": table(
        LOG,
        "payment_id",
        "order_id payment_status amount currency_code",
        "payment_status currency_code",
        moment="paid_at",
    ),
    "shop.refunds": table(LOG, "refund_id", "amount currency_code refunded_at", "currency_code"),
    "erp.products": table(LOG, "product_id", "currency_code", "currency_code product_status"),
    "erp.suppliers": table(LOG, "supplier_id"),
    "erp.supplier_prices": table(LOG, "supplier_id product_id", "unit_cost currency_code", "currency_code"),
    "erp.purchase_orders": table(
        LOG,
        "purchase_order_id",
        "supplier_id warehouse_id purchase_order_status currency_code ordered_at",
        "purchase_order_status currency_code",
    ),
    "erp.purchase_order_lines": table(
        LOG, "purchase_order_line_id", "purchase_order_id product_id ordered_quantity unit_cost"
    ),
    "wms.warehouses": table(LEDGER, "warehouse_id", "country_code", "country_code"),
    "wms.inventory_movements": table(
        LEDGER, "movement_id", "warehouse_id product_id movement_type quantity moved_at", "movement_type"
    ),
    "wms.stock_counts": table(LEDGER, "stock_count_id", "warehouse_id product_id counted_quantity counted_at"),
    "wms.shipments": table(
        LEDGER, "shipment_id", "order_id warehouse_id shipped_at", "currency_code", moment="shipped_at"
    ),
    "wms.returns": table(LEDGER, "return_id", "product_id quantity returned_at"),
    "carts.carts": table(
        "jsonl upsert",
        "cart_id",
        "currency_code cart_status created_at",
        "country_code currency_code cart_status",
        {"timestamp": "created_at"},
        arrays={
            "items": Elements(
                {"quantity": "bigint", "unit_price": PRICE, "added_at": "timestamp"}, ("product_id", "quantity")
            )
        },
    ),
    "web.events": table(
        ROWS,
        "event_id",
        "event_type occurred_at",
        "event_type",
        {"timestamp": "occurred_at", "bigint": "quantity", "boolean": "in_stock analytics_consent"},
        paths={"analytics_consent": "consent.analytics"},
    ),
    "reviews.reviews": table(
        "jsonl document",
        "review_id",
        "product_id stars review_status reviewed_at",
        "stars review_status",
        {"bigint": "stars helpful_votes", "timestamp": "reviewed_at"},
        paths={"stars": "rating.stars", "aspects": "rating.aspects"},
        arrays={"aspects": Elements({"stars": "bigint"}, ("aspect",))},
    ),
    "crm.contacts": table(ROWS, "contact_id", types={"timestamp": "created_at"}),
    "crm.consents": table(
        ROWS,
        "consent_id",
        "customer_id purpose is_granted declared_at",
        "purpose",
        {"boolean": "is_granted", "timestamp": "declared_at"},
        paths={"is_granted": "granted"},
    ),
    "crm.privacy_requests": table(
        ROWS, "request_id", "request_type requested_at", "request_type", {"timestamp": "requested_at"}
    ),
    "support.tickets": table(
        ROWS, "ticket_id", "ticket_status opened_at", "ticket_status", {"timestamp": "opened_at solved_at"}
    ),
    "support.messages": table(
        ROWS,
        "message_id",
        "ticket_id author_type sent_at",
        "author_type",
        {"timestamp": "sent_at"},
        arrays={"attachments": Elements({"byte_count": "bigint"}, ("attachment_id",))},
    ),
    "social.mentions": table(
        ROWS,
        "mention_id",
        "platform posted_at",
        types={"bigint": "follower_count like_count share_count", "timestamp": "posted_at"},
        paths={
            "follower_count": "author.followers",
            "like_count": "engagement.likes",
            "share_count": "engagement.shares",
        },
    ),
    "surveys.nps_responses": table(
        SHEET,
        "response_id",
        "score responded_at",
        "score",
        {"bigint": "score", "timestamp": "responded_at"},
        delimiter=",",
    ),
    "ads.campaigns": table(
        SHEET,
        "campaign_id",
        "platform currency_code",
        "country_code currency_code",
        {"date": "started_on ended_on", MONEY: "daily_budget_amount"},
        delimiter=";",
        decimal_comma=True,
        date_format="%d.%m.%Y",
    ),
    "ads.daily_spend": table(
        SHEET,
        "campaign_id spend_date",
        "currency_code spend_amount",
        "currency_code",
        {
            "date": "spend_date",
            MONEY: "spend_amount",
            "bigint": "impression_count click_count platform_conversion_count",
        },
        delimiter=";",
        decimal_comma=True,
        date_format="%d.%m.%Y",
    ),
    "carriers.tracking_events": table(
        SHEET,
        "tracking_number event_type occurred_at",
        domains="event_type",
        types={"timestamp": "occurred_at"},
        delimiter="\t",
        timestamp_format="%d/%m/%Y %H:%M",
    ),
    "fx.daily_rates": table(
        ROWS,
        "rate_date base_currency_code quote_currency_code",
        "rate",
        "base_currency_code quote_currency_code",
        {"date": "rate_date", "decimal(18,8)": "rate"},
    ),
}
