-- What shipments were tracked by beside what they are tracked by now: some carriers give a preliminary
-- code, which stands on their papers still when the final one is known.
DROP INDEX shipment_track;
CREATE INDEX shipment_by_track ON shipment (carrier, track) WHERE track <> '';
CREATE TABLE shipment_track (
    carrier TEXT COLLATE "C" NOT NULL,
    track TEXT COLLATE "C" NOT NULL,
    shipment_id UUID NOT NULL REFERENCES shipment (id),
    PRIMARY KEY (carrier, track, shipment_id),
    CONSTRAINT shipment_track_named CHECK (track <> '')
);
CREATE INDEX shipment_track_shipment ON shipment_track (shipment_id);
