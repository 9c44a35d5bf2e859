"""The CRM: contacts, declarations of consent, and requests under privacy law.

Contacts and declarations are many, so their rows are joined from ready pieces of JSON.
"""

import numpy as np
import pyarrow as pa

from tools.simulator import columns, countries, people
from tools.simulator.consents import ASKED_WHERE, PURPOSES, policy_version
from tools.simulator.customers import hour_of_change
from tools.simulator.emit.deliveries import Deliveries, joined_lines, paged
from tools.simulator.landing import Landing
from tools.simulator.leads import LEADS
from tools.simulator.orders import HOUR, MINUTE
from tools.simulator.randomness import share
from tools.simulator.world import DayRecord, World

CHANNELS = ["email", "phone", "post", "none"]
CHANNEL_SHARES = np.array([0.62, 0.80, 0.88])
STAGES = ["lead", "customer", "former"]
LEAD, CUSTOMER, FORMER = range(3)
CHANNEL_TEXTS = pa.array([f'","preferred_channel":"{channel}"' for channel in CHANNELS])
STAGE_TEXTS = pa.array([f',"lifecycle_stage":"{stage}"' for stage in STAGES])
COUNTRY_TEXTS = pa.array([f'","country_code":"{code}' for code in countries.CODES])
PURPOSE_TEXTS = pa.array([f',"purpose":"{purpose}"' for purpose in PURPOSES])
GRANTED_TEXTS = pa.array([',"granted":false', ',"granted":true'])
WHERE_TEXTS = pa.array([f',"source":"{where}"' for where in ASKED_WHERE])
REGIMES = ["GDPR", "CCPA", "LGPD", "UK GDPR"]
# When the CRM looks who has become a customer.
EVENING = 23 * HOUR + 50 * MINUTE
# The last digit of a contact's id.
OF_CUSTOMER, OF_LEAD = 1, 2


class Crm:
    """Tells the CRM's part of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.seed = world.options.seed
        self.requests = Deliveries(self.seed, world.start, "privacy requests")

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        self.landing.compressed_lines("crm", "contacts", record.date, self.contacts(record))
        self.landing.compressed_lines("crm", "consents", record.date, self.consents(record))
        for request in record.said.requests:
            row = {
                "request_id": f"Q{request.number:08}",
                "customer_id": f"C{request.person.customer:08}" if request.identified else None,
                "email": request.person.email,
                "request_type": request.kind,
                "privacy_regime": REGIMES[request.person.country],
                "details": request.details.text,
                "requested_at": columns.iso(request.requested_at),
            }
            self.requests.page(request.requested_at, row, request.number)
        self.landing.lines("crm", "privacy_requests", record.date, self.requests.due(record.number))

    def contacts(self, record: DayRecord) -> pa.Array:
        """New contacts, and those whose data changed."""
        everyone = self.world.customers
        first = np.arange(self.world.initial_customers if record.number == 0 else 0)
        new = np.concatenate([first, record.new_customers])
        touched, touched_at = self.touched(record)
        index = np.concatenate([new, touched])
        at = np.concatenate([np.maximum(everyone.registered_at[new], record.midnight), touched_at])
        stage = np.where(everyone.orders[index] > 0, CUSTOMER, LEAD)
        stage[everyone.deleted[index]] = FORMER
        number = np.concatenate([everyone.number[index], record.leads.number])
        count, leads = len(index), len(record.leads.number)
        country = np.concatenate([everyone.country[index], record.leads.country])
        first_name, last_name = people.names(self.seed, number, country)
        changes = np.concatenate([everyone.phones[index], np.zeros(leads, dtype=np.int64)])
        contact = np.concatenate([number[:count] * 10 + OF_CUSTOMER, (number[count:] - LEADS) * 10 + OF_LEAD])
        channel = np.searchsorted(CHANNEL_SHARES, share(self.seed, "preferred channel", number), side="right")
        created = np.concatenate([everyone.registered_at[index], record.leads.created_at])
        documents = (
            columns.ids('{"contact_id":"N', contact, 9, suffix='"'),
            columns.ids(
                ',"customer_id":"C', np.where(np.arange(len(number)) < count, number, 0), 8, none=0, suffix='"'
            ),
            pa.scalar(',"email":"'),
            people.emails(self.seed, number, country),
            pa.scalar('","phone":"'),
            people.phones(self.seed, number, country, changes),
            pa.scalar('","first_name":"'),
            first_name,
            pa.scalar('","last_name":"'),
            last_name,
            columns.coded(country, COUNTRY_TEXTS),
            columns.coded(channel, CHANNEL_TEXTS),
            columns.coded(np.concatenate([stage, np.full(leads, LEAD)]), STAGE_TEXTS),
            pa.scalar(',"created_at":"'),
            columns.ascii_text(columns.instant_letters(created)),
        )
        at = np.concatenate([at, np.maximum(record.leads.created_at, record.midnight)])
        return self.pages(f"contacts {record.number}", documents, at, record.midnight)

    def touched(self, record: DayRecord) -> tuple[np.ndarray, np.ndarray]:
        """Whose phone changed, who closed the account, and who ordered for the first time, and when."""
        if record.number == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        changed = np.concatenate([record.phoned_customers, record.deleted_customers])
        buyers, times = np.unique(record.new_orders.customer, return_counts=True)
        first_time = buyers[(buyers > 0) & (self.world.customers.orders[(buyers - 1).clip(0)] == times)] - 1
        first_time = np.setdiff1d(first_time, changed)
        at = np.concatenate([hour_of_change(self.seed, record.number, changed), np.full(len(first_time), EVENING)])
        return np.concatenate([changed, first_time]), record.midnight + at

    def consents(self, record: DayRecord) -> pa.Array:
        """Declarations, in the order of time."""
        made = record.consents
        key = (made.customer * len(PURPOSES) + made.purpose) * 100 + made.place
        version = policy_version(made.declared_at)
        documents = (
            columns.ids('{"consent_id":"D', key, 11, suffix='"'),
            columns.ids(',"customer_id":"C', made.customer, 8, suffix='"'),
            columns.coded(made.purpose, PURPOSE_TEXTS),
            columns.coded(made.granted, GRANTED_TEXTS),
            columns.coded(made.where, WHERE_TEXTS),
            columns.ids(',"policy_version":"', version // 10, 4),
            columns.ids("-", version % 10, 1, suffix='"'),
            pa.scalar(',"declared_at":"'),
            columns.ascii_text(columns.instant_letters(made.declared_at)),
        )
        at = np.maximum(made.declared_at, record.midnight)
        return self.pages(f"consents {record.number}", documents, at, record.midnight)

    def pages(self, name: str, documents: tuple, at: np.ndarray, midnight: int) -> pa.Array:
        """Lines of JSON as the API gives them, page by page."""
        which, arrival = paged(self.seed, name, at, midnight)
        return joined_lines(documents, which, self.landing.arrived_at(arrival))
