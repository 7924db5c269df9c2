//! The tenant as the wizard shows it: facts, probes and guide in one reading.

use stegvis_engine::ports::Clock as _;

use super::access::TenantAccess;
use super::facts::TenantFacts;
use super::guide::{GuideStep, app_guide};
use super::probe::{PermissionProbe, ProbeResult, ProbeView};
use crate::Error;
use crate::absent::Absent;
use crate::dto::{
    AppGuideView, TenantDomainView, TenantLicenceView, TenantPermissionView, TenantStepView,
    TenantValueView, TenantView,
};
use crate::project::Project;

impl Project {
    /// Reads the tenant, and probes each permission.
    pub(crate) async fn tenant_view(&self) -> Result<TenantView, Error> {
        let access = self.tenant_access()?;
        let facts = access.facts().await?;
        let probed = access.probe().await?;
        Ok(view(&access, facts, probed, self.clock.now().to_string()))
    }

    /// By the sign-in that all of the project goes by.
    fn tenant_access(&self) -> Result<TenantAccess, Error> {
        let (places, ports) = self.standing();
        let sign_in = ports
            .tenant_sign_in
            .as_ref()
            .map_err(|absent| Error::from(absent.error()))?;
        let signed = places
            .tenant
            .clone()
            .ok_or_else(|| Error::from(Absent::tenant().error()))?;
        let bases = [
            signed.place.graph()?,
            signed.place.exchange(&signed.tenant_id)?,
        ];
        TenantAccess::by(signed, sign_in, bases)
    }
}

/// How the application is registered; what is known already stands in the values.
pub(crate) fn guide_view(tenant: Option<&str>, client_id: Option<&str>) -> AppGuideView {
    let guide = app_guide(tenant, client_id);
    AppGuideView {
        steps: guide.steps.into_iter().map(step).collect(),
        removal: guide.removal.into_iter().map(step).collect(),
    }
}

fn view(
    access: &TenantAccess,
    facts: TenantFacts,
    probed: ProbeView,
    read_at: String,
) -> TenantView {
    let who = access.who();
    let guide = app_guide(Some(&who.tenant_id), Some(&who.client_id));
    TenantView {
        read_at,
        way: who.way.to_owned(),
        name: who.name,
        client_id: who.client_id,
        tenant_id: who.tenant_id,
        organization: facts.organization,
        sync_enabled: facts.sync_enabled,
        last_sync: facts.last_sync,
        sync_stale: facts.sync_stale,
        domains: facts
            .domains
            .into_iter()
            .map(|domain| TenantDomainView {
                name: domain.name,
                verified: domain.verified,
                federated: domain.federated,
            })
            .collect(),
        licences: facts
            .licences
            .into_iter()
            .map(|licence| TenantLicenceView {
                product: licence.product,
                mailbox: licence.mailbox,
                used: u32::try_from(licence.used.max(0)).unwrap_or(u32::MAX),
                free: licence.free,
            })
            .collect(),
        users: many(facts.counts.users),
        synced_users: many(facts.counts.synced_users),
        recipients: facts
            .counts
            .recipients
            .into_iter()
            .map(|(kind, count)| (kind, many(count)))
            .collect(),
        calls: u32::try_from(facts.calls.graph + facts.calls.exchange).unwrap_or(u32::MAX),
        ready: probed.ready,
        permissions: probed.permissions.into_iter().map(permission).collect(),
        steps: guide.steps.into_iter().map(step).collect(),
        removal: guide.removal.into_iter().map(step).collect(),
    }
}

fn many(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn permission(probe: PermissionProbe) -> TenantPermissionView {
    TenantPermissionView {
        name: probe.permission.name.to_owned(),
        resource: probe.permission.resource.title().to_owned(),
        optional: probe.permission.optional,
        result: match probe.result {
            ProbeResult::Granted => "granted",
            ProbeResult::Missing => "missing",
            ProbeResult::NotAsked => "notAsked",
            ProbeResult::Unclear => "unclear",
        }
        .to_owned(),
        server_words: probe.server_words,
    }
}

fn step(step: GuideStep) -> TenantStepView {
    TenantStepView {
        id: step.id.to_owned(),
        place: step.place,
        values: step
            .values
            .into_iter()
            .map(|value| TenantValueView {
                field: value.field,
                value: value.value,
            })
            .collect(),
    }
}
