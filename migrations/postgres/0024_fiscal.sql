-- What a seller pays of VAT, from a day on until its next row.
CREATE TABLE vat_mode (
    -- None: the operator.
    owner_id UUID REFERENCES owner (id),
    valid_from DATE NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    tax_system TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT vat_mode_mode CHECK (mode IN ('none', '5', '7', 'general')),
    CONSTRAINT vat_mode_system CHECK (tax_system IN ('osn', 'usn_income', 'usn_profit', 'eshn', 'psn')),
    CONSTRAINT vat_mode_fits CHECK (mode = 'none' OR tax_system <> 'psn'),
    CONSTRAINT vat_mode_simple CHECK (mode NOT IN ('5', '7') OR tax_system IN ('usn_income', 'usn_profit'))
);
CREATE UNIQUE INDEX vat_mode_owner ON vat_mode (owner_id, valid_from) WHERE owner_id IS NOT NULL;
CREATE UNIQUE INDEX vat_mode_operator ON vat_mode (valid_from) WHERE owner_id IS NULL;
-- A receipt that a carrier's cash register gave to a buyer, as a document: nothing of the buyer.
-- Append-only, but that what a person entered can be annulled once. Its triggers move what receipts
-- say of a parcel's money.
CREATE TABLE fiscal_receipt (
    -- ФН, ФД, ФПД.
    drive TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL,
    sign BIGINT NOT NULL,
    parcel_id UUID NOT NULL REFERENCES parcel (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    kind TEXT COLLATE "C" NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    shift BIGINT,
    cash_kopecks BIGINT NOT NULL,
    card_kopecks BIGINT NOT NULL,
    total_kopecks BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    -- Who entered it.
    recorded_by UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    -- It was entered by mistake: since when, who says so, and why.
    annulled_at TIMESTAMPTZ,
    annulled_by UUID,
    annul_reason TEXT COLLATE "C",
    CONSTRAINT fiscal_receipt_kind CHECK (kind IN ('sale', 'refund')),
    CONSTRAINT fiscal_receipt_source CHECK (source IN ('api', 'hand')),
    CONSTRAINT fiscal_receipt_annulled CHECK ((annulled_at IS NULL) = (annul_reason IS NULL)),
    CONSTRAINT fiscal_receipt_annulled_by CHECK (annulled_by IS NULL OR annulled_at IS NOT NULL),
    CONSTRAINT fiscal_receipt_of_carrier CHECK (annulled_at IS NULL OR source = 'hand'),
    CONSTRAINT fiscal_receipt_drive CHECK (LENGTH(drive) = 16),
    CONSTRAINT fiscal_receipt_numbers CHECK (document > 0 AND sign >= 0),
    CONSTRAINT fiscal_receipt_sums CHECK (cash_kopecks >= 0 AND card_kopecks >= 0 AND total_kopecks > 0 AND cash_kopecks + card_kopecks <= total_kopecks)
);
CREATE UNIQUE INDEX fiscal_receipt_once ON fiscal_receipt (drive, document) WHERE annulled_at IS NULL;
-- What a carrier's own receipt may prove wrong.
CREATE INDEX fiscal_receipt_hand ON fiscal_receipt (drive, document) WHERE source = 'hand' AND annulled_at IS NULL;
CREATE INDEX fiscal_receipt_parcel ON fiscal_receipt (parcel_id, issued_at);
-- What a parcel's receipts say: sales less refunds.
ALTER TABLE cod ADD COLUMN receipted_kopecks BIGINT NOT NULL DEFAULT 0;
-- A receipt that says another sum is wrong whoever gave it; one that is missing is so only of carriers
-- that tell theirs.
CREATE INDEX cod_receipted ON cod (parcel_id) WHERE receipted_kopecks <> 0 AND receipted_kopecks <> collected_kopecks - refunded_kopecks;
CREATE INDEX cod_unreceipted ON cod (carrier, parcel_id) WHERE receipted_kopecks = 0 AND collected_kopecks <> refunded_kopecks;
-- How the buyer paid is what the first receipt of a sale says that names one way, unless it was known
-- before.
CREATE FUNCTION fiscal_receipt_moves() RETURNS trigger AS $$
BEGIN
    UPDATE cod SET receipted_kopecks = cod.receipted_kopecks + s.said,
        method = COALESCE(cod.method, s.method)
    FROM (SELECT parcel_id,
              SUM(CASE kind WHEN 'sale' THEN total_kopecks ELSE -total_kopecks END) AS said,
              (ARRAY_AGG(CASE WHEN cash_kopecks > 0 THEN 'cash' ELSE 'card' END
                         ORDER BY issued_at, document, drive)
               FILTER (WHERE kind = 'sale' AND (cash_kopecks > 0) <> (card_kopecks > 0)))[1] AS method
          FROM added GROUP BY parcel_id ORDER BY parcel_id) AS s
    WHERE cod.parcel_id = s.parcel_id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER fiscal_receipt_moves AFTER INSERT ON fiscal_receipt
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION fiscal_receipt_moves();

-- A receipt may be told before the handover is closed.
CREATE FUNCTION cod_receipts_came_first() RETURNS trigger AS $$
BEGIN
    UPDATE cod SET receipted_kopecks = s.said, method = COALESCE(cod.method, s.method)
    FROM (SELECT r.parcel_id,
              SUM(CASE r.kind WHEN 'sale' THEN r.total_kopecks ELSE -r.total_kopecks END) AS said,
              (ARRAY_AGG(CASE WHEN r.cash_kopecks > 0 THEN 'cash' ELSE 'card' END
                         ORDER BY r.issued_at, r.document, r.drive)
               FILTER (WHERE r.kind = 'sale' AND (r.cash_kopecks > 0) <> (r.card_kopecks > 0)))[1]
                  AS method
          FROM fiscal_receipt r JOIN added a ON a.parcel_id = r.parcel_id
          WHERE r.annulled_at IS NULL
          GROUP BY r.parcel_id ORDER BY r.parcel_id) AS s
    WHERE cod.parcel_id = s.parcel_id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER cod_receipts_came_first AFTER INSERT ON cod
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cod_receipts_came_first();

-- How the buyer paid was said by receipts as long as no register lists the parcel.
CREATE FUNCTION fiscal_receipt_annulled() RETURNS trigger AS $$
BEGIN
    UPDATE cod SET receipted_kopecks = cod.receipted_kopecks
        - CASE NEW.kind WHEN 'sale' THEN NEW.total_kopecks ELSE -NEW.total_kopecks END,
        method = CASE WHEN cod.registered_kopecks > 0 THEN cod.method ELSE (
            SELECT CASE WHEN r.cash_kopecks > 0 THEN 'cash' ELSE 'card' END
            FROM fiscal_receipt r
            WHERE r.parcel_id = NEW.parcel_id AND r.kind = 'sale' AND r.annulled_at IS NULL
              AND (r.cash_kopecks > 0) <> (r.card_kopecks > 0)
            ORDER BY r.issued_at, r.document, r.drive LIMIT 1) END
    WHERE cod.parcel_id = NEW.parcel_id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER fiscal_receipt_annulled AFTER UPDATE ON fiscal_receipt
    FOR EACH ROW EXECUTE FUNCTION fiscal_receipt_annulled();

-- One change is let through: what a person entered is annulled, and nothing else of it.
CREATE TRIGGER fiscal_receipt_is_not_updated BEFORE UPDATE ON fiscal_receipt FOR EACH ROW
    WHEN (OLD.source <> 'hand' OR OLD.annulled_at IS NOT NULL OR NEW.annulled_at IS NULL
        OR ROW (NEW.drive, NEW.document, NEW.sign, NEW.parcel_id, NEW.owner_id, NEW.kind,
                NEW.issued_at, NEW.shift, NEW.cash_kopecks, NEW.card_kopecks, NEW.total_kopecks,
                NEW.source, NEW.recorded_by, NEW.recorded_at)
            IS DISTINCT FROM
           ROW (OLD.drive, OLD.document, OLD.sign, OLD.parcel_id, OLD.owner_id, OLD.kind,
                OLD.issued_at, OLD.shift, OLD.cash_kopecks, OLD.card_kopecks, OLD.total_kopecks,
                OLD.source, OLD.recorded_by, OLD.recorded_at))
    EXECUTE FUNCTION money_is_immutable();
CREATE TRIGGER fiscal_receipt_is_not_deleted BEFORE DELETE OR TRUNCATE ON fiscal_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION money_is_immutable();
