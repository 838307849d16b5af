-- Ways to scanners and scales. Whichever node holds the lease keeps the connection up.
CREATE TABLE connection (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    name TEXT NOT NULL,
    class TEXT NOT NULL,
    -- A file of firmware-protocols/scanners or firmware-protocols/scales.
    protocol TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    -- Of a broker, sealed.
    password BLOB,
    -- Whose scans these are, or whose packing table the scale stands on; without one, devices that
    -- come in say who they are.
    device_id BLOB REFERENCES device (id),
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    node_id BLOB,
    leased_until INTEGER,
    state TEXT NOT NULL,
    -- Why it is down, in the words of the system.
    reason TEXT,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT connection_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT connection_address_unique UNIQUE (channel, address),
    CONSTRAINT connection_class CHECK (class IN ('scanner', 'scale')),
    CONSTRAINT connection_channel CHECK (channel IN ('tcp_client', 'tcp_server', 'serial', 'mqtt')),
    CONSTRAINT connection_state CHECK (state IN ('down', 'up')),
    CONSTRAINT connection_scale_has_table CHECK (class <> 'scale' OR device_id IS NOT NULL),
    CONSTRAINT connection_active CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX connection_device ON connection (device_id);
-- What is known of a device right now; rewritten, not history.
CREATE TABLE device_presence (
    device_id BLOB NOT NULL REFERENCES device (id),
    connected INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    address TEXT NOT NULL,
    battery_percent INTEGER,
    seen_at INTEGER NOT NULL,
    last_scan_at INTEGER,
    PRIMARY KEY (device_id),
    CONSTRAINT device_presence_battery CHECK (battery_percent BETWEEN 0 AND 100),
    CONSTRAINT device_presence_connected CHECK (connected IN (0, 1))
) STRICT;
