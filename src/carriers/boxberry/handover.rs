//! Acts: `ParselSend`, and `ParselSendStory` for what was sent before.

use std::collections::BTreeSet;

use super::wire::ActIn;
use super::wire::ActStoryIn;
use super::{Boxberry, CODE, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{
    CarrierFile, FileMedia, Handover, HandoverAsk, HandoverDone, Reason, RefusedParcel,
};
use crate::carriers::{Answer, CarrierError, Handovers};

/// Tracks in one question: it travels in the address.
const ACT_PARCELS_MAX: usize = 400;

/// Days around the handover in which an earlier act is looked for.
const STORY_DAYS: i64 = 7;

#[derive(Clone)]
struct Parcel {
    number: String,
    track: String,
}

impl Handovers for Boxberry {
    /// One act, or several for more than 400 parcels.
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover> {
        Box::pin(async move {
            let mut acts = Acts::default();
            let mut parcels = Vec::new();
            for shipment in &ask.shipments {
                let number = shipment.number.clone();
                match self.track_of(shipment).await? {
                    Some(track) => parcels.push(Parcel { number, track }),
                    None => acts.refuse(number, "заказа нет в кабинете Boxberry"),
                }
            }
            // The same parts whatever the order of the question: the same acts on repeat.
            parcels.sort_by(|one, other| one.track.cmp(&other.track));
            for part in parcels.chunks(ACT_PARCELS_MAX) {
                self.act(ask, part.to_vec(), &mut acts).await?;
            }
            let mut files = Vec::new();
            for number in &acts.numbers {
                files.push(self.act_file(number, None).await?);
                if acts.with_goods.contains(number) {
                    files.push(self.act_file(number, Some("tmc")).await?);
                }
            }
            let numbers = acts.numbers.into_iter().collect();
            Ok(Handover::Done(HandoverDone { numbers, files, refused: acts.refused }))
        })
    }
}

#[derive(Default)]
struct Acts {
    numbers: BTreeSet<String>,
    /// Those that have an act of goods beside them.
    with_goods: BTreeSet<String>,
    refused: Vec<RefusedParcel>,
}

impl Acts {
    fn refuse(&mut self, number: String, said: &str) {
        self.refused.push(RefusedParcel { number, reasons: vec![Reason::new("", said)] });
    }
}

impl Boxberry {
    /// Sends parcels; those that may not go are taken out by name and the others sent again.
    async fn act(
        &self,
        ask: &HandoverAsk,
        mut parcels: Vec<Parcel>,
        acts: &mut Acts,
    ) -> Result<(), CarrierError> {
        while !parcels.is_empty() {
            let tracks: Vec<&str> = parcels.iter().map(|parcel| parcel.track.as_str()).collect();
            let params = [("ImIds", tracks.join(","))];
            let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
            let sent = self.client.get("ParselSend", &params, Effect::Changes).await;
            let refusal: CarrierError = match sent {
                Ok(ActIn { id, .. }) if id.0.is_empty() => {
                    let said = "an act without a number".to_owned();
                    return Err(CarrierError::unclear(CODE, said));
                }
                Ok(ActIn { id, url_tmc }) => {
                    if !url_tmc.0.is_empty() {
                        acts.with_goods.insert(id.0.clone());
                    }
                    acts.numbers.insert(id.0);
                    return Ok(());
                }
                Err(error @ CarrierError::Refused { .. }) => error,
                Err(error) => return Err(error),
            };
            let said = refusal.said();
            let is_named = |parcel: &Parcel| said.contains(parcel.track.as_str());
            let (named, others): (Vec<Parcel>, Vec<Parcel>) =
                parcels.into_iter().partition(is_named);
            if named.is_empty() {
                return Err(refusal);
            }
            self.sent_before(ask, named, &said, acts).await?;
            parcels = others;
        }
        Ok(())
    }

    /// Parcels that may not go into an act: because they are in one, or for another reason.
    async fn sent_before(
        &self,
        ask: &HandoverAsk,
        named: Vec<Parcel>,
        said: &str,
        acts: &mut Acts,
    ) -> Result<(), CarrierError> {
        let day = |days: i64| {
            let date = ask.day.date() + chrono::TimeDelta::days(days);
            date.format("%Y%m%d").to_string()
        };
        let (from, to) = (day(-STORY_DAYS), day(STORY_DAYS));
        let params = [("from", from.as_str()), ("to", to.as_str())];
        let story = self.client.get("ParselSendStory", &params, Effect::Reads).await;
        let story: Vec<ActStoryIn> = match story {
            Ok(story) => story,
            Err(CarrierError::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        for parcel in named {
            let holds = |act: &&ActStoryIn| {
                act.track.0.split(',').any(|track| track.trim() == parcel.track)
            };
            match story.iter().find(holds).and_then(|act| act_number(&act.label.0)) {
                Some(number) => {
                    acts.numbers.insert(number);
                }
                None => acts.refuse(parcel.number, said),
            }
        }
        Ok(())
    }

    async fn act_file(
        &self,
        number: &str,
        kind: Option<&str>,
    ) -> Result<CarrierFile, CarrierError> {
        let mut params = vec![("upload_id", number)];
        params.extend(kind.map(|kind| ("type_act", kind)));
        let bytes = self.client.file("act", &params).await?;
        let tail = kind.map(|kind| format!("-{kind}")).unwrap_or_default();
        let name = format!("boxberry-act-{}{tail}.pdf", map::parcel_id(number));
        Ok(CarrierFile { media: FileMedia::Pdf, name, bytes })
    }
}

/// The number of an act from the link to its paper.
fn act_number(link: &str) -> Option<String> {
    let link = url::Url::parse(link).ok()?;
    let found = link.query_pairs().find(|(name, _)| name == "upload_id");
    found.map(|(_, number)| number.into_owned())
}
