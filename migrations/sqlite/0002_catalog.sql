CREATE TABLE owner (
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    inn TEXT,
    order_policy TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT owner_code_unique UNIQUE (code),
    CONSTRAINT owner_policy CHECK (order_policy IN ('complete_only', 'partial', 'backorder'))
) STRICT;
-- A contract is never edited: a change is a new version from a day on.
CREATE TABLE contract (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    number TEXT NOT NULL,
    version INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    owners_may_mix INTEGER NOT NULL CHECK (owners_may_mix IN (0, 1)),
    terms TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT contract_version_unique UNIQUE (owner_id, number, version),
    CONSTRAINT contract_version_positive CHECK (version > 0),
    CONSTRAINT contract_span CHECK (valid_to IS NULL OR valid_to >= valid_from)
) STRICT;
CREATE TABLE acceptance_rule (
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT,
    limit_mm INTEGER,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (code),
    CONSTRAINT acceptance_rule_kind CHECK (
        (kind = 'category' AND category IS NOT NULL) OR (kind = 'sum_of_sides' AND limit_mm > 0)
    )
) STRICT;
CREATE TABLE product (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    article TEXT NOT NULL,
    name TEXT NOT NULL,
    search_key TEXT NOT NULL,
    category TEXT NOT NULL,
    length_mm INTEGER NOT NULL,
    width_mm INTEGER NOT NULL,
    height_mm INTEGER NOT NULL,
    weight_g INTEGER NOT NULL,
    fragile INTEGER NOT NULL CHECK (fragile IN (0, 1)),
    liquid INTEGER NOT NULL CHECK (liquid IN (0, 1)),
    lot_tracked INTEGER NOT NULL CHECK (lot_tracked IN (0, 1)),
    expiry_tracked INTEGER NOT NULL CHECK (expiry_tracked IN (0, 1)),
    serial_tracked INTEGER NOT NULL CHECK (serial_tracked IN (0, 1)),
    marked INTEGER NOT NULL CHECK (marked IN (0, 1)),
    own_box INTEGER NOT NULL CHECK (own_box IN (0, 1)),
    -- Shorter remaining life than this is refused at receiving.
    shelf_life_days_min INTEGER NOT NULL,
    -- By which rate of VAT it is sold where the shop pays VAT in general.
    vat_class TEXT NOT NULL DEFAULT 'general',
    measured_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT product_owner_unique UNIQUE (id, owner_id),
    CONSTRAINT product_article_unique UNIQUE (owner_id, article),
    CONSTRAINT product_vat_class CHECK (vat_class IN ('general', 'reduced', 'zero', 'exempt')),
    CONSTRAINT product_sizes CHECK (length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0 AND weight_g >= 0 AND shelf_life_days_min >= 0)
) STRICT;
CREATE INDEX product_search ON product (owner_id, search_key);
CREATE TABLE acceptance_waiver (
    product_id BLOB NOT NULL REFERENCES product (id),
    rule_code TEXT NOT NULL REFERENCES acceptance_rule (code),
    reason TEXT NOT NULL,
    actor_id BLOB NOT NULL,
    waived_at INTEGER NOT NULL,
    PRIMARY KEY (product_id, rule_code),
    CONSTRAINT acceptance_waiver_reason CHECK (LENGTH(reason) > 0)
) STRICT;
CREATE TABLE barcode (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    product_id BLOB NOT NULL REFERENCES product (id),
    -- A box code stands for several pieces.
    pieces INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, kind, value),
    CONSTRAINT barcode_kind CHECK (kind IN ('gtin', 'internal', 'supplier', 'article')),
    CONSTRAINT barcode_pieces CHECK (pieces > 0)
) STRICT;
CREATE INDEX barcode_value ON barcode (value);
CREATE INDEX barcode_product ON barcode (product_id);
-- An internal code means one product of the whole operator, whoever owns it.
CREATE UNIQUE INDEX barcode_internal ON barcode (value) WHERE kind = 'internal';
-- Every product has a lot; the lot of goods without lots has an empty code and the product's id.
CREATE TABLE lot (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    code TEXT NOT NULL,
    expires_on TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT lot_product_unique UNIQUE (id, product_id),
    CONSTRAINT lot_code_unique UNIQUE (product_id, code)
) STRICT;
