//! The acceptance policy: which rules keep goods out, and who let them in all the same.

use crate::access::Scope;
use crate::catalog::acceptance::{Rule, RuleKind};
use crate::catalog::store::products as store;
use crate::catalog::store::products::Waiver;
use crate::catalog::{CatalogError, Product, product_find};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::ids::{ProductId, UserId};

const RULE_CODE_LENGTH_MAX: usize = 60;
const REASON_LENGTH_MAX: usize = 500;

/// A rule that keeps a product out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub product: ProductId,
    pub article: String,
    pub rule: String,
}

/// Every rule that refuses one of the products and was not waived for it.
pub async fn acceptance_refusals(
    tx: &mut Tx,
    products: &[Product],
) -> Result<Vec<Refusal>, DbError> {
    let rules = store::rule_list(tx).await?;
    let mut refusals = Vec::new();
    for product in products {
        for rule in rules.iter().filter(|rule| rule.refuses(product)) {
            refusals.push(Refusal {
                product: product.id,
                article: product.article.clone(),
                rule: rule.code.clone(),
            });
        }
    }
    if refusals.is_empty() {
        return Ok(refusals);
    }
    let mut refused: Vec<ProductId> = refusals.iter().map(|refusal| refusal.product).collect();
    refused.dedup();
    let waivers = store::waivers_find(tx, &refused).await?;
    refusals.retain(|refusal| {
        !waivers.iter().any(|w| w.product == refusal.product && w.rule == refusal.rule)
    });
    Ok(refusals)
}

/// Refuses goods that the policy does not let in, with the name of the rule.
pub async fn acceptance_ensure(tx: &mut Tx, product: &Product) -> Result<(), CatalogError> {
    match acceptance_refusals(tx, std::slice::from_ref(product)).await?.into_iter().next() {
        Some(Refusal { rule, article, .. }) => Err(CatalogError::Refused { rule, article }),
        None => Ok(()),
    }
}

/// Lets a product in against a rule, with a reason. A second waiver changes nothing.
pub async fn waiver_add(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: UserId,
    product: ProductId,
    rule: &str,
    reason: &str,
) -> Result<(), CatalogError> {
    let mut faults = InputFaults::default();
    faults.text("reason", reason, REASON_LENGTH_MAX);
    faults.finish()?;
    let product = product_find(tx, Scope::All, product).await?;
    if !store::rule_list(tx).await?.iter().any(|known| known.code == rule) {
        return Err(CatalogError::NotFound { what: "acceptance_rule" });
    }
    let waiver = Waiver {
        product: product.id,
        rule: rule.to_owned(),
        reason: reason.trim().to_owned(),
        actor,
        waived_at: ctx.now,
    };
    Ok(store::waiver_insert(tx, &waiver).await?)
}

pub async fn waivers_of(tx: &mut Tx, product: ProductId) -> Result<Vec<Waiver>, DbError> {
    store::waivers_find(tx, &[product]).await
}

pub async fn rule_list(tx: &mut Tx) -> Result<Vec<Rule>, DbError> {
    store::rule_list(tx).await
}

/// Writes a rule, new or known. One that is not wanted any more is made inactive, not removed:
/// waivers point at it.
pub async fn rule_edit(tx: &mut Tx, rule: &Rule) -> Result<(), CatalogError> {
    let mut faults = InputFaults::default();
    faults.text("code", &rule.code, RULE_CODE_LENGTH_MAX);
    match rule.kind {
        RuleKind::Category => {
            let category = rule.category.as_deref().unwrap_or_default();
            faults.text("category", category, RULE_CODE_LENGTH_MAX);
        }
        RuleKind::SumOfSides => match rule.limit_mm {
            Some(limit) if !limit.is_positive() => faults.note("limit_mm", "too_small"),
            Some(_) => {}
            None => faults.note("limit_mm", "missing"),
        },
    }
    faults.finish()?;
    Ok(store::rule_write(tx, rule).await?)
}
