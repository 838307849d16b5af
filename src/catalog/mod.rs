//! Owners, contracts, products, barcodes, warehouses, zones, bins, handling units.
