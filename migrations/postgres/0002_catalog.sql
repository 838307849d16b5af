CREATE TABLE owner (
    id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    inn TEXT COLLATE "C",
    order_policy TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT owner_code_unique UNIQUE (code),
    CONSTRAINT owner_policy CHECK (order_policy IN ('complete_only', 'partial', 'backorder'))
);
-- A contract is never edited: a change is a new version from a day on.
CREATE TABLE contract (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    number TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    owners_may_mix BOOLEAN NOT NULL,
    terms JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT contract_version_unique UNIQUE (owner_id, number, version),
    CONSTRAINT contract_version_positive CHECK (version > 0),
    CONSTRAINT contract_span CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE TABLE acceptance_rule (
    code TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C",
    limit_mm BIGINT,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (code),
    CONSTRAINT acceptance_rule_kind CHECK (
        (kind = 'category' AND category IS NOT NULL) OR (kind = 'sum_of_sides' AND limit_mm > 0)
    )
);
CREATE TABLE product (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    article TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    search_key TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    length_mm BIGINT NOT NULL,
    width_mm BIGINT NOT NULL,
    height_mm BIGINT NOT NULL,
    weight_g BIGINT NOT NULL,
    fragile BOOLEAN NOT NULL,
    liquid BOOLEAN NOT NULL,
    lot_tracked BOOLEAN NOT NULL,
    expiry_tracked BOOLEAN NOT NULL,
    serial_tracked BOOLEAN NOT NULL,
    marked BOOLEAN NOT NULL,
    own_box BOOLEAN NOT NULL,
    -- Shorter remaining life than this is refused at receiving.
    shelf_life_days_min BIGINT NOT NULL,
    -- By which rate of VAT it is sold where the shop pays VAT in general.
    vat_class TEXT COLLATE "C" NOT NULL DEFAULT 'general',
    measured_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT product_owner_unique UNIQUE (id, owner_id),
    CONSTRAINT product_article_unique UNIQUE (owner_id, article),
    CONSTRAINT product_vat_class CHECK (vat_class IN ('general', 'reduced', 'zero', 'exempt')),
    CONSTRAINT product_sizes CHECK (length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0 AND weight_g >= 0 AND shelf_life_days_min >= 0)
);
CREATE INDEX product_search ON product (owner_id, search_key);
CREATE TABLE acceptance_waiver (
    product_id UUID NOT NULL REFERENCES product (id),
    rule_code TEXT COLLATE "C" NOT NULL REFERENCES acceptance_rule (code),
    reason TEXT COLLATE "C" NOT NULL,
    actor_id UUID NOT NULL,
    waived_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (product_id, rule_code),
    CONSTRAINT acceptance_waiver_reason CHECK (LENGTH(reason) > 0)
);
CREATE TABLE barcode (
    owner_id UUID NOT NULL REFERENCES owner (id),
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    product_id UUID NOT NULL REFERENCES product (id),
    -- A box code stands for several pieces.
    pieces BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner_id, kind, value),
    CONSTRAINT barcode_kind CHECK (kind IN ('gtin', 'internal', 'supplier', 'article')),
    CONSTRAINT barcode_pieces CHECK (pieces > 0)
);
CREATE INDEX barcode_value ON barcode (value);
CREATE INDEX barcode_product ON barcode (product_id);
-- An internal code means one product of the whole operator, whoever owns it.
CREATE UNIQUE INDEX barcode_internal ON barcode (value) WHERE kind = 'internal';
-- Every product has a lot; the lot of goods without lots has an empty code and the product's id.
CREATE TABLE lot (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    product_id UUID NOT NULL REFERENCES product (id),
    code TEXT COLLATE "C" NOT NULL,
    expires_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT lot_product_unique UNIQUE (id, product_id),
    CONSTRAINT lot_code_unique UNIQUE (product_id, code)
);
