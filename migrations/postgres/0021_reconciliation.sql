-- Who pays for a carrier.
CREATE TABLE carrier_payer (
    carrier TEXT COLLATE "C" NOT NULL,
    inn TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (carrier, inn)
);
CREATE INDEX carrier_payer_inn ON carrier_payer (inn, carrier);
-- How long a carrier may take, in days, where a person fixed it.
CREATE TABLE carrier_delay (
    carrier TEXT COLLATE "C" NOT NULL,
    -- From the buyer's payment to a register.
    register_days BIGINT,
    -- From a register to the bank.
    bank_days BIGINT,
    PRIMARY KEY (carrier),
    CONSTRAINT carrier_delay_days CHECK (register_days >= 0 AND bank_days >= 0)
);
-- On which day everything was looked through last.
CREATE TABLE reconciliation_day (
    name TEXT COLLATE "C" NOT NULL,
    ran_on DATE NOT NULL,
    PRIMARY KEY (name),
    CONSTRAINT reconciliation_day_one CHECK (name = 'reconciliation')
);
