-- What a seller pays of VAT, from a day on until its next row.
CREATE TABLE vat_mode (
    -- None: the operator.
    owner_id BLOB REFERENCES owner (id),
    valid_from TEXT NOT NULL,
    mode TEXT NOT NULL,
    tax_system TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT vat_mode_mode CHECK (mode IN ('none', '5', '7', 'general')),
    CONSTRAINT vat_mode_system CHECK (tax_system IN ('osn', 'usn_income', 'usn_profit', 'eshn', 'psn')),
    CONSTRAINT vat_mode_fits CHECK (mode = 'none' OR tax_system <> 'psn'),
    CONSTRAINT vat_mode_simple CHECK (mode NOT IN ('5', '7') OR tax_system IN ('usn_income', 'usn_profit'))
) STRICT;
CREATE UNIQUE INDEX vat_mode_owner ON vat_mode (owner_id, valid_from) WHERE owner_id IS NOT NULL;
CREATE UNIQUE INDEX vat_mode_operator ON vat_mode (valid_from) WHERE owner_id IS NULL;
-- A receipt that a carrier's cash register gave to a buyer, as a document: nothing of the buyer.
-- Append-only, but that what a person entered can be annulled once. Its triggers move what receipts
-- say of a parcel's money.
CREATE TABLE fiscal_receipt (
    -- ФН, ФД, ФПД.
    drive TEXT NOT NULL,
    document INTEGER NOT NULL,
    sign INTEGER NOT NULL,
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    kind TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    shift INTEGER,
    cash_kopecks INTEGER NOT NULL,
    card_kopecks INTEGER NOT NULL,
    total_kopecks INTEGER NOT NULL,
    source TEXT NOT NULL,
    -- Who entered it.
    recorded_by BLOB,
    recorded_at INTEGER NOT NULL,
    -- It was entered by mistake: since when, who says so, and why.
    annulled_at INTEGER,
    annulled_by BLOB,
    annul_reason TEXT,
    CONSTRAINT fiscal_receipt_kind CHECK (kind IN ('sale', 'refund')),
    CONSTRAINT fiscal_receipt_source CHECK (source IN ('api', 'hand')),
    CONSTRAINT fiscal_receipt_annulled CHECK ((annulled_at IS NULL) = (annul_reason IS NULL)),
    CONSTRAINT fiscal_receipt_annulled_by CHECK (annulled_by IS NULL OR annulled_at IS NOT NULL),
    CONSTRAINT fiscal_receipt_of_carrier CHECK (annulled_at IS NULL OR source = 'hand'),
    CONSTRAINT fiscal_receipt_drive CHECK (LENGTH(drive) = 16),
    CONSTRAINT fiscal_receipt_numbers CHECK (document > 0 AND sign >= 0),
    CONSTRAINT fiscal_receipt_sums CHECK (cash_kopecks >= 0 AND card_kopecks >= 0 AND total_kopecks > 0 AND cash_kopecks + card_kopecks <= total_kopecks)
) STRICT;
CREATE UNIQUE INDEX fiscal_receipt_once ON fiscal_receipt (drive, document) WHERE annulled_at IS NULL;
-- What a carrier's own receipt may prove wrong.
CREATE INDEX fiscal_receipt_hand ON fiscal_receipt (drive, document) WHERE source = 'hand' AND annulled_at IS NULL;
CREATE INDEX fiscal_receipt_parcel ON fiscal_receipt (parcel_id, issued_at);
-- What a parcel's receipts say: sales less refunds.
ALTER TABLE cod ADD COLUMN receipted_kopecks INTEGER NOT NULL DEFAULT 0;
-- A receipt that says another sum is wrong whoever gave it; one that is missing is so only of carriers
-- that tell theirs.
CREATE INDEX cod_receipted ON cod (parcel_id) WHERE receipted_kopecks <> 0 AND receipted_kopecks <> collected_kopecks - refunded_kopecks;
CREATE INDEX cod_unreceipted ON cod (carrier, parcel_id) WHERE receipted_kopecks = 0 AND collected_kopecks <> refunded_kopecks;
-- How the buyer paid is what the first receipt of a sale says that names one way, unless it was known
-- before. Receipts that come together come in the order of their time.
CREATE TRIGGER fiscal_receipt_moves AFTER INSERT ON fiscal_receipt
BEGIN
    UPDATE cod SET receipted_kopecks = receipted_kopecks
        + CASE NEW.kind WHEN 'sale' THEN NEW.total_kopecks ELSE -NEW.total_kopecks END,
        method = COALESCE(method, CASE
            WHEN NEW.kind <> 'sale' THEN NULL
            WHEN NEW.cash_kopecks > 0 AND NEW.card_kopecks = 0 THEN 'cash'
            WHEN NEW.card_kopecks > 0 AND NEW.cash_kopecks = 0 THEN 'card' END)
    WHERE parcel_id = NEW.parcel_id;
END;
-- A receipt may be told before the handover is closed.
CREATE TRIGGER cod_receipts_came_first AFTER INSERT ON cod
WHEN EXISTS (SELECT 1 FROM fiscal_receipt WHERE parcel_id = NEW.parcel_id AND annulled_at IS NULL)
BEGIN
    UPDATE cod SET
        receipted_kopecks = (
            SELECT SUM(CASE kind WHEN 'sale' THEN total_kopecks ELSE -total_kopecks END)
            FROM fiscal_receipt WHERE parcel_id = NEW.parcel_id AND annulled_at IS NULL),
        method = COALESCE(NEW.method, (
            SELECT CASE WHEN cash_kopecks > 0 THEN 'cash' ELSE 'card' END
            FROM fiscal_receipt
            WHERE parcel_id = NEW.parcel_id AND kind = 'sale' AND annulled_at IS NULL
              AND (cash_kopecks > 0) <> (card_kopecks > 0)
            ORDER BY issued_at, document, drive LIMIT 1))
    WHERE parcel_id = NEW.parcel_id;
END;
-- How the buyer paid was said by receipts as long as no register lists the parcel.
CREATE TRIGGER fiscal_receipt_annulled AFTER UPDATE ON fiscal_receipt
BEGIN
    UPDATE cod SET receipted_kopecks = receipted_kopecks
        - CASE NEW.kind WHEN 'sale' THEN NEW.total_kopecks ELSE -NEW.total_kopecks END,
        method = CASE WHEN registered_kopecks > 0 THEN method ELSE (
            SELECT CASE WHEN r.cash_kopecks > 0 THEN 'cash' ELSE 'card' END
            FROM fiscal_receipt r
            WHERE r.parcel_id = NEW.parcel_id AND r.kind = 'sale' AND r.annulled_at IS NULL
              AND (r.cash_kopecks > 0) <> (r.card_kopecks > 0)
            ORDER BY r.issued_at, r.document, r.drive LIMIT 1) END
    WHERE parcel_id = NEW.parcel_id;
END;
-- One change is let through: what a person entered is annulled, and nothing else of it.
CREATE TRIGGER fiscal_receipt_is_not_updated BEFORE UPDATE ON fiscal_receipt
WHEN NOT (OLD.source = 'hand' AND OLD.annulled_at IS NULL AND NEW.annulled_at IS NOT NULL
    AND NEW.drive IS OLD.drive
    AND NEW.document IS OLD.document
    AND NEW.sign IS OLD.sign
    AND NEW.parcel_id IS OLD.parcel_id
    AND NEW.owner_id IS OLD.owner_id
    AND NEW.kind IS OLD.kind
    AND NEW.issued_at IS OLD.issued_at
    AND NEW.shift IS OLD.shift
    AND NEW.cash_kopecks IS OLD.cash_kopecks
    AND NEW.card_kopecks IS OLD.card_kopecks
    AND NEW.total_kopecks IS OLD.total_kopecks
    AND NEW.source IS OLD.source
    AND NEW.recorded_by IS OLD.recorded_by
    AND NEW.recorded_at IS OLD.recorded_at)
BEGIN
    SELECT RAISE(ABORT, 'fiscal_receipt_is_immutable');
END;
CREATE TRIGGER fiscal_receipt_is_not_deleted BEFORE DELETE ON fiscal_receipt
BEGIN
    SELECT RAISE(ABORT, 'fiscal_receipt_is_immutable');
END;
