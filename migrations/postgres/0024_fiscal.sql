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
