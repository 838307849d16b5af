//! The flows: one file each, with its state, its pure step and its screens.

pub mod count;
pub mod goods;
pub mod load;
pub mod lookup;
pub mod menu;
pub mod move_goods;
pub mod pack;
pub mod pick;
pub mod put_back;
pub mod putaway;
pub mod receive;

use serde::{Deserialize, Serialize};

use super::{Expect, Text, View};
use crate::access::Right;
use crate::text_enum;

text_enum! {
    /// The work a person can choose on a device.
    pub enum Flow {
        Receive = "receive",
        Putaway = "putaway",
        Pick = "pick",
        Pack = "pack",
        Load = "load",
        Count = "count",
        Move = "move",
        Lookup = "lookup",
        PutBack = "put_back",
    }
}

impl Flow {
    pub const fn right(self) -> Right {
        match self {
            Self::Receive | Self::Putaway => Right::ReceivingWork,
            Self::Pick | Self::PutBack => Right::PickingWork,
            Self::Pack => Right::PackingWork,
            Self::Load => Right::ManifestsWork,
            Self::Count | Self::Move | Self::Lookup => Right::StockRead,
        }
    }

    /// The state a flow starts with.
    pub fn start(self) -> FlowState {
        match self {
            Self::Receive => FlowState::Receive(receive::ReceiveState::default()),
            Self::Putaway => FlowState::Putaway(putaway::PutawayState::default()),
            Self::Pick => FlowState::Pick(pick::PickState::default()),
            Self::Pack => FlowState::Pack(pack::PackState::default()),
            Self::Load => FlowState::Load(load::LoadState::default()),
            Self::Count => FlowState::Count(count::CountState::default()),
            Self::Move => FlowState::Move(move_goods::MoveState::default()),
            Self::Lookup => FlowState::Lookup(lookup::LookupState::default()),
            Self::PutBack => FlowState::PutBack(put_back::PutBackState::default()),
        }
    }
}

/// Where a device's dialogue stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "flow", content = "state", rename_all = "snake_case")]
pub enum FlowState {
    LoggedOut,
    /// The badge was scanned; its PIN is awaited.
    Pin {
        badge: String,
    },
    Menu,
    Receive(receive::ReceiveState),
    Putaway(putaway::PutawayState),
    Pick(pick::PickState),
    Pack(pack::PackState),
    Load(load::LoadState),
    Count(count::CountState),
    Move(move_goods::MoveState),
    Lookup(lookup::LookupState),
    PutBack(put_back::PutBackState),
}

impl FlowState {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LoggedOut | Self::Pin { .. } => "login",
            Self::Menu => "menu",
            Self::Receive(_) => Flow::Receive.as_str(),
            Self::Putaway(_) => Flow::Putaway.as_str(),
            Self::Pick(_) => Flow::Pick.as_str(),
            Self::Pack(_) => Flow::Pack.as_str(),
            Self::Load(_) => Flow::Load.as_str(),
            Self::Count(_) => Flow::Count.as_str(),
            Self::Move(_) => Flow::Move.as_str(),
            Self::Lookup(_) => Flow::Lookup.as_str(),
            Self::PutBack(_) => Flow::PutBack.as_str(),
        }
    }

    /// The screen of this state.
    pub fn view(&self) -> View {
        match self {
            Self::LoggedOut => View::new(Text::new("login-badge"), Expect::Badge),
            Self::Pin { .. } => View::new(Text::new("login-pin"), Expect::Pin),
            Self::Menu => menu::view(),
            Self::Receive(state) => receive::view(state),
            Self::Putaway(state) => putaway::view(state),
            Self::Pick(state) => pick::view(state),
            Self::Pack(state) => pack::view(state),
            Self::Load(state) => load::view(state),
            Self::Count(state) => count::view(state),
            Self::Move(state) => move_goods::view(state),
            Self::Lookup(state) => lookup::view(state),
            Self::PutBack(state) => put_back::view(state),
        }
    }
}
