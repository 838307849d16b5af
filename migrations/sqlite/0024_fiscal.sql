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
-- Append-only. Its trigger moves what receipts say of a parcel's money.
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
    PRIMARY KEY (drive, document),
    CONSTRAINT fiscal_receipt_kind CHECK (kind IN ('sale', 'refund')),
    CONSTRAINT fiscal_receipt_source CHECK (source IN ('api', 'hand')),
    CONSTRAINT fiscal_receipt_drive CHECK (LENGTH(drive) = 16),
    CONSTRAINT fiscal_receipt_numbers CHECK (document > 0 AND sign >= 0),
    CONSTRAINT fiscal_receipt_sums CHECK (cash_kopecks >= 0 AND card_kopecks >= 0 AND total_kopecks > 0 AND cash_kopecks + card_kopecks <= total_kopecks)
) STRICT;
CREATE INDEX fiscal_receipt_parcel ON fiscal_receipt (parcel_id, issued_at);
-- What a parcel's receipts say: sales less refunds.
ALTER TABLE cod ADD COLUMN receipted_kopecks INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cod_receipted ON cod (parcel_id) WHERE receipted_kopecks <> collected_kopecks - refunded_kopecks;
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
WHEN EXISTS (SELECT 1 FROM fiscal_receipt WHERE parcel_id = NEW.parcel_id)
BEGIN
    UPDATE cod SET
        receipted_kopecks = (
            SELECT SUM(CASE kind WHEN 'sale' THEN total_kopecks ELSE -total_kopecks END)
            FROM fiscal_receipt WHERE parcel_id = NEW.parcel_id),
        method = COALESCE(NEW.method, (
            SELECT CASE WHEN cash_kopecks > 0 THEN 'cash' ELSE 'card' END
            FROM fiscal_receipt
            WHERE parcel_id = NEW.parcel_id AND kind = 'sale'
              AND (cash_kopecks > 0) <> (card_kopecks > 0)
            ORDER BY issued_at, document, drive LIMIT 1))
    WHERE parcel_id = NEW.parcel_id;
END;
CREATE TRIGGER fiscal_receipt_is_not_updated BEFORE UPDATE ON fiscal_receipt
BEGIN
    SELECT RAISE(ABORT, 'fiscal_receipt_is_immutable');
END;
CREATE TRIGGER fiscal_receipt_is_not_deleted BEFORE DELETE ON fiscal_receipt
BEGIN
    SELECT RAISE(ABORT, 'fiscal_receipt_is_immutable');
END;
