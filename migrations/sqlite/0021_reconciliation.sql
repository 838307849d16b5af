-- Who pays for a carrier.
CREATE TABLE carrier_payer (
    carrier TEXT NOT NULL,
    inn TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (carrier, inn)
) STRICT;
CREATE INDEX carrier_payer_inn ON carrier_payer (inn, carrier);
-- How long a carrier may take, in days, where a person fixed it.
CREATE TABLE carrier_delay (
    carrier TEXT NOT NULL,
    -- From the buyer's payment to a register.
    register_days INTEGER,
    -- From a register to the bank.
    bank_days INTEGER,
    PRIMARY KEY (carrier),
    CONSTRAINT carrier_delay_days CHECK (register_days >= 0 AND bank_days >= 0)
) STRICT;
-- On which day everything was looked through last.
CREATE TABLE reconciliation_day (
    name TEXT NOT NULL,
    ran_on TEXT NOT NULL,
    PRIMARY KEY (name),
    CONSTRAINT reconciliation_day_one CHECK (name = 'reconciliation')
) STRICT;
