//! The state of a device's dialogue after a scan: kept with the scan, drawn into a screen.

use serde::{Deserialize, Serialize};

use super::flows::FlowState;
use super::{Colour, Expect, Feedback, Sound, Text};
use crate::access::{Right, Role};
use crate::barcodes::Repair;
use crate::i18n::Language;
use crate::ids::{DeviceId, UserId, WarehouseId};
use crate::units::UtcMicros;

/// How long the last scan can be taken back.
pub(super) const UNDO_SECONDS: i64 = 600;

/// Who is at the device, for the work of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub device: DeviceId,
    pub warehouse: WarehouseId,
    pub user: UserId,
    pub roles: Vec<Role>,
    /// On the floor; a buffered scan happened before it was sent.
    pub happened_at: UtcMicros,
}

impl Who {
    pub fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| role.rights().contains(&right))
    }
}

/// The person logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub user: UserId,
    pub name: String,
    pub language: Language,
    pub roles: Vec<Role>,
}

/// Everything a device's next scan and its screen need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    pub flow: FlowState,
    pub feedback: Feedback,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    /// What had to be repaired in the scan behind this state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<Repair>,
    /// The device's name for the event behind this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_key: Option<String>,
    /// When the scan behind this state was noted; the undo counts from here.
    pub at: UtcMicros,
}

impl Session {
    /// A device that nobody has logged in on.
    pub const fn fresh(at: UtcMicros) -> Self {
        Self {
            person: None,
            flow: FlowState::LoggedOut,
            feedback: Feedback::Ok,
            message: None,
            repairs: Vec::new(),
            source_key: None,
            at,
        }
    }

    pub fn language(&self) -> Language {
        self.person.as_ref().map_or(Language::Russian, |person| person.language)
    }

    /// Draws the screen.
    pub fn answer(&self, sequence: i64) -> ScanOut {
        let language = self.language();
        let view = self.flow.view();
        let message = self.message.as_ref().map(|text| text.say(language));
        let repaired = |repair: &Repair| Text::new(&format!("repair-{repair}")).say(language);
        ScanOut {
            seq: sequence,
            feedback: self.feedback,
            sound: self.sound(),
            colour: self.feedback.colour(),
            message,
            repairs: self.repairs.iter().map(repaired).collect(),
            screen: ScreenOut {
                flow: self.flow.name().to_owned(),
                title: view.title.say(language),
                lines: view.lines.iter().map(|line| line.say(language)).collect(),
                expect: view.expect,
                progress: view.progress.map(|(done, all)| ProgressOut { done, all }),
            },
            undo_until: view.undo.then(|| self.at.plus_seconds(UNDO_SECONDS)),
        }
    }

    const fn sound(&self) -> Sound {
        match self.feedback {
            Feedback::Error => Sound::Error,
            Feedback::Warn => Sound::Attention,
            Feedback::Ok if self.message.is_some() => Sound::Done,
            Feedback::Ok => Sound::Good,
        }
    }
}

/// The answer to one scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScanOut {
    /// The sequence number of the scan.
    pub seq: i64,
    pub feedback: Feedback,
    pub sound: Sound,
    pub colour: Colour,
    /// What to know about this scan, in the person's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What was wrong with the bytes of this scan and has been put right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<String>,
    pub screen: ScreenOut,
    /// Until when `UNDO` takes the last scan back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<UtcMicros>,
}

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScreenOut {
    pub flow: String,
    /// One big line: what to do now.
    pub title: String,
    pub lines: Vec<String>,
    pub expect: Expect,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressOut>,
}

/// How far the work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProgressOut {
    pub done: i64,
    pub all: i64,
}
