//! What all carriers would charge for an order.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::carriers::model::{DeliveryMode, Quote};
use crate::carriers::registry::name_of;
use crate::http::{IdPath, Problem, ProblemBody, QueryParams};
use crate::i18n::{self, Language};
use crate::ids::{CarrierAccountId, OrderId};
use crate::rates::Offer;
use crate::shipments::quoting::{self, OrderQuestion};
use crate::units::Grams;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(order_rates))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RateQuery {
    /// A door without it, or the order's point if it has one.
    mode: Option<DeliveryMode>,
    /// A carrier's code of a point.
    point_code: Option<String>,
    /// What the parcel weighs; what its goods weigh without it.
    #[param(value_type = Option<i64>)]
    weight_g: Option<Grams>,
}

/// What one carrier answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct OfferOut {
    account_id: CarrierAccountId,
    carrier: String,
    carrier_name: String,
    /// The cheapest first; exactly what the carrier charges.
    quotes: Vec<Quote>,
    /// Why there are none, in Russian.
    problem: Option<String>,
}

impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> Self {
        let (quotes, problem) = match offer.answer {
            Ok(quotes) => (quotes, None),
            Err(told) => {
                let key = format!("problem-{}", told.code);
                let text = i18n::lookup(Language::Russian, &key, &told.args);
                (Vec::new(), Some(text.unwrap_or_else(|| told.code.to_owned())))
            }
        };
        Self {
            account_id: offer.account,
            carrier_name: name_of(&offer.carrier).to_owned(),
            carrier: offer.carrier,
            quotes,
            problem,
        }
    }
}

/// What all carriers would charge to bring an order (расчёт доставки всеми службами).
#[utoipa::path(
    get, path = "/v1/orders/{id}/rates", tag = "carriers",
    params(("id" = OrderId, Path), RateQuery),
    responses((status = 200, body = Vec<OfferOut>), (status = "default", body = ProblemBody))
)]
async fn order_rates(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(order): IdPath<OrderId>,
    QueryParams(query): QueryParams<RateQuery>,
) -> Result<Json<Vec<OfferOut>>, Problem> {
    let question = OrderQuestion {
        order,
        owner: caller.scope().owner(),
        mode: query.mode,
        point_code: query.point_code,
        weight_g: query.weight_g,
    };
    let offers = quoting::order_offers(&app, question).await?;
    Ok(Json(offers.into_iter().map(OfferOut::from).collect()))
}
