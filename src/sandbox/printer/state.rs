//! What a printer holds and what is wrong with it.

use std::collections::{BTreeSet, VecDeque};

use super::{Build, Cut, Remnant, Speech, Trouble, tspl, zpl};

const SLOWNESS: u32 = 20;
/// A printer has printed before.
const ODOMETER_FIRST: u64 = 104_000;

/// A label with how often it is still to be printed.
#[derive(Debug, Clone)]
pub(super) struct Format {
    pub(super) label: Vec<u8>,
    pub(super) left: u32,
    /// Its picture is made: it counts as no format that waits any more.
    pub(super) drawn: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) build: Build,
    pub(super) input: Vec<u8>,
    pub(super) formats: VecDeque<Format>,
    pub(super) troubles: BTreeSet<Trouble>,
    pub(super) plan: Vec<(u64, Trouble)>,
    pub(super) odometer: u64,
    pub(super) printed: Vec<Vec<u8>>,
    pub(super) spoiled: u64,
    pub(super) connections_max: usize,
    connections: usize,
    motor: Motor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Motor {
    Still,
    Runs,
    /// The label under the head will have to be printed again.
    Spoils,
}

impl State {
    pub(super) const fn new(build: Build) -> Self {
        Self {
            build,
            input: Vec::new(),
            formats: VecDeque::new(),
            troubles: BTreeSet::new(),
            plan: Vec::new(),
            odometer: ODOMETER_FIRST,
            printed: Vec::new(),
            spoiled: 0,
            connections_max: 0,
            connections: 0,
            motor: Motor::Still,
        }
    }

    pub(super) fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble)
    }

    pub(super) fn has_power(&self) -> bool {
        !self.has(Trouble::PowerCut)
    }

    pub(super) fn is_troubled(&self) -> bool {
        !self.troubles.is_empty()
    }

    fn is_stopped(&self) -> bool {
        let stops = [
            Trouble::PaperOut,
            Trouble::RibbonOut,
            Trouble::HeadOpen,
            Trouble::Pause,
            Trouble::PowerCut,
        ];
        stops.iter().any(|trouble| self.has(*trouble))
    }

    /// Whether the motor runs or is about to.
    pub(super) fn is_printing(&self) -> bool {
        self.motor != Motor::Still || (!self.formats.is_empty() && !self.is_stopped())
    }

    pub(super) fn connected(&mut self) {
        self.connections += 1;
        self.connections_max = self.connections_max.max(self.connections);
    }

    pub(super) fn disconnected(&mut self) {
        self.connections -= 1;
        if self.connections == 0 && self.build.remnant == Remnant::Dropped {
            self.input.clear();
        }
    }

    /// Takes bytes and answers what there is to answer.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        if !self.has_power() {
            return Vec::new();
        }
        self.input.extend_from_slice(bytes);
        match self.build.speech {
            Speech::Zpl => zpl::work(self),
            Speech::Tspl | Speech::TsplBitmapOnly => tspl::work(self),
        }
    }

    /// Something goes wrong; answers what happens to the connections.
    pub(super) fn happen(&mut self, trouble: Trouble) -> Cut {
        match trouble {
            Trouble::PaperOut | Trouble::RibbonOut | Trouble::HeadOpen => {
                self.spoil();
                self.troubles.insert(trouble);
                Cut::None
            }
            Trouble::Pause | Trouble::Silence => {
                self.troubles.insert(trouble);
                Cut::None
            }
            Trouble::Slow => Cut::None,
            Trouble::HalfClose => Cut::HalfClose,
            Trouble::Reset => Cut::Reset,
            Trouble::PowerCut => {
                self.spoil();
                self.troubles.insert(trouble);
                self.formats.clear();
                self.input.clear();
                Cut::Reset
            }
        }
    }

    fn spoil(&mut self) {
        if self.motor == Motor::Runs {
            self.motor = Motor::Spoils;
        }
    }

    pub(super) fn mend(&mut self) {
        self.troubles.clear();
    }

    /// Begins the next label; answers its number in the printer's life.
    pub(super) fn begin(&mut self) -> Option<u64> {
        if self.is_stopped() {
            return None;
        }
        self.formats.front_mut()?.drawn = true;
        self.motor = Motor::Runs;
        u64::try_from(self.printed.len() + 1).ok()
    }

    /// The label is half out: what was planned for it happens.
    pub(super) fn middle(&mut self, number: u64) -> (Cut, u32) {
        let Some(at) = self.plan.iter().position(|(label, _)| *label == number) else {
            return (Cut::None, 1);
        };
        let (_, trouble) = self.plan.swap_remove(at);
        let slowness = if trouble == Trouble::Slow { SLOWNESS } else { 1 };
        (self.happen(trouble), slowness)
    }

    /// The label is out, or in two halves.
    pub(super) fn end(&mut self) {
        let motor = std::mem::replace(&mut self.motor, Motor::Still);
        if motor == Motor::Spoils {
            self.spoiled += 1;
            return;
        }
        // Told to forget all while it moved: it comes out all the same.
        let Some(format) = self.formats.front_mut().filter(|format| format.drawn) else { return };
        self.printed.push(format.label.clone());
        self.odometer += 1;
        format.left -= 1;
        if format.left == 0 {
            self.formats.pop_front();
        }
    }

    /// Forgets what waits in the buffer. A label that moves comes out.
    pub(super) fn forget(&mut self) {
        let moves = self.motor == Motor::Runs;
        self.formats.retain(|format| moves && format.drawn);
        if let Some(format) = self.formats.front_mut() {
            format.left = 1;
        }
    }
}
