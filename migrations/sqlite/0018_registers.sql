-- A carrier's register of what it collected (реестр наложенных платежей).
CREATE TABLE cod_register (
    id BLOB NOT NULL,
    carrier TEXT NOT NULL,
    -- The carrier's; it counts by years. Empty where it has none.
    number TEXT NOT NULL,
    -- Of its day.
    year INTEGER NOT NULL,
    day TEXT NOT NULL,
    -- The number of the payment order (платёжное поручение); empty until it is known.
    payment_order TEXT NOT NULL,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sheet TEXT NOT NULL,
    file_hash BLOB,
    -- Of all lines, whatever their order: the same register in another file has the same.
    content_hash BLOB NOT NULL,
    state TEXT NOT NULL,
    -- Who writes its lines: an import that was taken over writes no more.
    run_id BLOB NOT NULL,
    lines INTEGER NOT NULL,
    wrong_rows INTEGER NOT NULL,
    -- Sums of its lines.
    collected_kopecks INTEGER NOT NULL,
    fee_kopecks INTEGER NOT NULL,
    delivery_kopecks INTEGER NOT NULL,
    transferred_kopecks INTEGER NOT NULL,
    -- What is still to come of an accepted one: listed, less given back, withheld, received and booked as
    -- differences. Less than zero: the carrier is to take it from another one.
    open_kopecks INTEGER NOT NULL DEFAULT 0,
    -- When the last of it came: from then on the money of its parcels is at the bank.
    settled_on TEXT,
    -- The transfer that booked what was left of it, where it went and how much it was. None: nothing is
    -- booked, or it was taken back.
    difference_id BLOB REFERENCES money_transfer (id),
    difference_to TEXT,
    difference_kopecks INTEGER,
    -- What its row of totals says.
    collected_stated_kopecks INTEGER,
    transferred_stated_kopecks INTEGER,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    -- Why it was rejected.
    reason TEXT,
    PRIMARY KEY (id),
    CONSTRAINT cod_register_source CHECK (source IN ('file', 'api')),
    CONSTRAINT cod_register_state CHECK (state IN ('loading', 'draft', 'accepted', 'rejected')),
    CONSTRAINT cod_register_counts CHECK (lines >= 0 AND wrong_rows >= 0),
    CONSTRAINT cod_register_decided CHECK (state IN ('loading', 'draft') OR decided_at IS NOT NULL),
    CONSTRAINT cod_register_settled CHECK (settled_on IS NULL OR (state = 'accepted' AND open_kopecks = 0)),
    CONSTRAINT cod_register_difference CHECK ((difference_id IS NULL) = (difference_to IS NULL)
        AND (difference_id IS NULL) = (difference_kopecks IS NULL)),
    CONSTRAINT cod_register_difference_to CHECK (difference_to IN ('set_off', 'claim', 'write_off')),
    CONSTRAINT cod_register_reason CHECK (state <> 'rejected' OR reason IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX cod_register_content ON cod_register (carrier, content_hash) WHERE state <> 'rejected';
CREATE INDEX cod_register_turned_down ON cod_register (carrier, content_hash) WHERE state = 'rejected';
CREATE UNIQUE INDEX cod_register_number ON cod_register (carrier, number, year) WHERE state <> 'rejected' AND number <> '';
CREATE INDEX cod_register_open ON cod_register (carrier, day, id) WHERE state = 'accepted' AND settled_on IS NULL;
CREATE INDEX cod_register_usual ON cod_register (carrier, settled_on) WHERE settled_on IS NOT NULL;
CREATE TABLE cod_register_line (
    register_id BLOB NOT NULL REFERENCES cod_register (id),
    -- The row of its sheet.
    line INTEGER NOT NULL,
    kind TEXT NOT NULL,
    track TEXT NOT NULL,
    number TEXT NOT NULL,
    order_number TEXT NOT NULL,
    day TEXT,
    -- Taken from the buyer; negative: given back.
    collected_kopecks INTEGER NOT NULL,
    fee_kopecks INTEGER,
    delivery_kopecks INTEGER,
    transferred_kopecks INTEGER,
    -- VAT inside the fee and the delivery.
    vat_kopecks INTEGER,
    -- Empty: roubles.
    currency TEXT NOT NULL,
    -- The contract, the legal entity or the taxpayer that the line names; empty where it names none.
    contract TEXT NOT NULL,
    method TEXT,
    parcel_id BLOB REFERENCES parcel (id),
    matched_by TEXT,
    -- Why a person gave it this parcel.
    matched_reason TEXT,
    -- A person decided that nothing is posted for it.
    ignored INTEGER NOT NULL DEFAULT 0 CHECK (ignored IN (0, 1)),
    PRIMARY KEY (register_id, line),
    CONSTRAINT cod_register_line_kind CHECK (kind IN ('collected', 'refund', 'service')),
    CONSTRAINT cod_register_line_sign CHECK ((kind = 'refund') = (collected_kopecks < 0) OR kind = 'service'),
    CONSTRAINT cod_register_line_method CHECK (method IN ('cash', 'card')),
    CONSTRAINT cod_register_line_matched CHECK ((matched_by IS NULL) = (parcel_id IS NULL)),
    CONSTRAINT cod_register_line_matched_by CHECK (matched_by IN ('track', 'number', 'order_number', 'bare_track', 'bare_order_number', 'person')),
    CONSTRAINT cod_register_line_reason CHECK (matched_by IS NULL OR (matched_by = 'person') = (matched_reason IS NOT NULL))
) STRICT;
CREATE INDEX cod_register_line_parcel ON cod_register_line (parcel_id, register_id, line) WHERE parcel_id IS NOT NULL;
-- What does not agree, for a person to decide.
CREATE TABLE money_finding (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    register_id BLOB REFERENCES cod_register (id),
    -- The row of the register; 0: the whole of it.
    line INTEGER NOT NULL,
    parcel_id BLOB REFERENCES parcel (id),
    -- Of a bank's statement.
    document_id BLOB,
    -- By how much it differs, or what is at stake.
    amount_kopecks INTEGER,
    -- What its sentence speaks of.
    args TEXT NOT NULL,
    proposed TEXT NOT NULL,
    state TEXT NOT NULL,
    resolution TEXT,
    reason TEXT,
    resolved_by BLOB,
    resolved_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT money_finding_severity CHECK (severity IN ('notice', 'warning', 'blocking')),
    CONSTRAINT money_finding_state CHECK (state IN ('open', 'resolved')),
    CONSTRAINT money_finding_resolved CHECK ((state = 'open') = (resolution IS NULL)
        AND (state = 'open' OR (reason IS NOT NULL AND reason <> '' AND resolved_at IS NOT NULL)))
) STRICT;
-- What was cleared up may be found again.
CREATE UNIQUE INDEX money_finding_once ON money_finding (register_id, line, kind)
    WHERE register_id IS NOT NULL AND document_id IS NULL AND (resolution IS NULL OR resolution <> 'cleared_up');
CREATE UNIQUE INDEX money_finding_of_document ON money_finding (document_id, kind)
    WHERE document_id IS NOT NULL AND (resolution IS NULL OR resolution <> 'cleared_up');
CREATE UNIQUE INDEX money_finding_of_parcel ON money_finding (parcel_id, kind)
    WHERE register_id IS NULL AND document_id IS NULL AND parcel_id IS NOT NULL AND (resolution IS NULL OR resolution <> 'cleared_up');
CREATE INDEX money_finding_open ON money_finding (state, id) WHERE state = 'open';
CREATE INDEX money_finding_open_kind ON money_finding (kind, id) WHERE state = 'open';
CREATE INDEX money_finding_register ON money_finding (register_id, line, id) WHERE register_id IS NOT NULL;
CREATE INDEX money_finding_parcel ON money_finding (parcel_id) WHERE parcel_id IS NOT NULL;
-- Headings of a carrier's files that a person once told.
CREATE TABLE column_map (
    carrier TEXT NOT NULL,
    field TEXT NOT NULL,
    heading TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (carrier, field)
) STRICT;
-- What the contract with a carrier lets it keep of each payment.
CREATE TABLE cod_fee_terms (
    carrier TEXT NOT NULL,
    method TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    -- Hundredths of a per cent: 250 is 2.5 %.
    rate_bp INTEGER NOT NULL,
    minimum_kopecks INTEGER NOT NULL,
    PRIMARY KEY (carrier, method, valid_from),
    CONSTRAINT cod_fee_terms_method CHECK (method IN ('any', 'cash', 'card')),
    CONSTRAINT cod_fee_terms_rate CHECK (rate_bp BETWEEN 0 AND 10000 AND minimum_kopecks >= 0)
) STRICT;
-- Under which contracts, and as which taxpayer (ИНН), we are known to a carrier.
CREATE TABLE cod_contract (
    carrier TEXT NOT NULL,
    number TEXT NOT NULL,
    inn TEXT NOT NULL,
    PRIMARY KEY (carrier, number, inn),
    CONSTRAINT cod_contract_told CHECK (number <> '' OR inn <> '')
) STRICT;
-- On which day the jobs of a kind, one for each of the last days, were queued for an account last.
CREATE TABLE carrier_asked (
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    job TEXT NOT NULL,
    asked_on TEXT NOT NULL,
    PRIMARY KEY (account_id, job)
) STRICT;
-- Carriers name orders by the shops' numbers without the shop.
CREATE INDEX shop_order_external ON shop_order (external_number, id);
-- Numbers that a spreadsheet cuts.
CREATE INDEX shop_order_external_bare ON shop_order (LTRIM(external_number, '0'), id) WHERE SUBSTR(external_number, 1, 1) = '0';
CREATE INDEX shipment_track_bare ON shipment (carrier, LTRIM(track, '0')) WHERE SUBSTR(track, 1, 1) = '0';
