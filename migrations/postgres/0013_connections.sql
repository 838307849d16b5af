-- Ways to scanners and scales. Whichever node holds the lease keeps the connection up.
CREATE TABLE connection (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    name TEXT COLLATE "C" NOT NULL,
    class TEXT COLLATE "C" NOT NULL,
    -- A file of firmware-protocols/scanners or firmware-protocols/scales.
    protocol TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    -- Of a broker, sealed.
    password BYTEA,
    -- Whose scans these are, or whose packing table the scale stands on; without one, devices that
    -- come in say who they are.
    device_id UUID REFERENCES device (id),
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    node_id UUID,
    leased_until TIMESTAMPTZ,
    state TEXT COLLATE "C" NOT NULL,
    -- Why it is down, in the words of the system.
    reason TEXT COLLATE "C",
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT connection_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT connection_address_unique UNIQUE (channel, address),
    CONSTRAINT connection_class CHECK (class IN ('scanner', 'scale')),
    CONSTRAINT connection_channel CHECK (channel IN ('tcp_client', 'tcp_server', 'serial', 'mqtt')),
    CONSTRAINT connection_state CHECK (state IN ('down', 'up')),
    CONSTRAINT connection_scale_has_table CHECK (class <> 'scale' OR device_id IS NOT NULL)
);
CREATE INDEX connection_device ON connection (device_id);
-- What is known of a device right now; rewritten, not history.
CREATE TABLE device_presence (
    device_id UUID NOT NULL REFERENCES device (id),
    connected BOOLEAN NOT NULL,
    protocol TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    battery_percent BIGINT,
    seen_at TIMESTAMPTZ NOT NULL,
    last_scan_at TIMESTAMPTZ,
    PRIMARY KEY (device_id),
    CONSTRAINT device_presence_battery CHECK (battery_percent BETWEEN 0 AND 100)
);
