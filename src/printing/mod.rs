//! Print jobs: from a filled label to the printer.
