//! The dialogues of the handheld (ТСД): the server drives every screen.
//!
//! A device sends what was scanned or typed and shows what it is answered: title, lines, what to scan
//! next, a sound and a colour. HTTP, TCP and every later door lead to [`service::scan`].
//!
//! **Invariant:** a flow is a pure function in `flows/`: state and scan in, state and effects out.
//! Its file in `service/` loads the facts and applies the effects, in the transaction that also notes
//! the scan; a refused scan changes nothing but the message on the screen.
//! **Invariant:** (device, sequence) happens once. The scans of a device form a chain: each row of
//! `command` names the one before, and holds the dialogue's state after it. Any node can go on.
//! **Invariant:** what is on the screen is drawn from that state alone, so a lost answer is drawn again.

mod dialogue;
pub mod flows;
pub mod http;
pub mod last_scans;
pub mod service;
mod session;
mod store;

use crate::access::AccessError;
use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::faults;
use crate::manifests::ManifestError;
use crate::packing::PackError;
use crate::picking::PickError;
use crate::receiving::ReceivingError;
use crate::stock::GoodsError;

pub use dialogue::{Colour, Expect, Feedback, Input, Sound, Step, Text, View};
pub use session::{ScanOut, Session, Who};
pub use store::QUERIES;

faults! {
    /// Why a scan is not taken.
    pub enum TerminalError {
        /// A later scan of this device was taken already.
        SequenceLate { sequence: i64, last: i64 } => "sequence_late", Conflict, "scan {sequence} came after {last}";
        SequenceInvalid => "sequence_invalid", Invalid, "the sequence number is not positive";
        /// Only a handheld has a dialogue.
        NotADevice => "not_a_device", Forbidden, "the caller is not a device";
        NothingToUndo => "nothing_to_undo", Conflict, "nothing can be undone";
        /// The role of the person on the device does not allow the flow.
        FlowForbidden { flow: String } => "flow_forbidden", Forbidden, "the role does not allow {flow}";
        BatchTooLong { most: i64 } => "batch_too_long", Invalid, "more than {most} scans at once";
    }
    wraps {
        Access(AccessError),
        Command(CommandError),
        Catalog(CatalogError),
        Manifest(ManifestError),
        Goods(GoodsError),
        Receiving(ReceivingError),
        Pick(PickError),
        Pack(PackError),
        Print(crate::printing::PrintError),
    }
}
