//! Puts the parts together and runs them.

use crate::{
    app_router::{self, Extras},
    config::{Config, ConfigError, ConnectionArgs, Mode},
    database::{self, DatabaseError},
    health::Readiness,
    notify,
    observed::{observed, with_names},
    open_files,
    own_client::{self, OwnClient, OwnClientError},
    phase::{Phase, Phases},
    prometheus::{MetricsError, Prometheus},
    request_id::with_ids,
    sample::{self, Sample},
    serve,
    session_store::DatabaseSessions,
    site::{Site, SiteError},
    tenant_router,
    tenant_settings::{self, SettingsError},
};
use axum::Router;
use leptos_passwordless::server::{
    Auth, AuthConfig, AuthError, InvalidTenant, Tenant, TenantService, TrustedProxies, TrustedProxiesLayer, is_loopback,
};
use passwordless_tenant::{Connections, Pool, SystemEntropy, TenantConfig};
use secrecy::SecretString;
use std::{io, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// What is under way then is broken off, so that the program ends before process managers kill it, after ten seconds at Docker.
const GRACE: Duration = Duration::from_secs(8);

/// The parts of the program, as logs and metrics name them.
const APP: &str = "app";
const TENANT: &str = "tenant";

/// The program cannot start, or broke off.
#[derive(Debug, Error)]
pub enum StartupError {
    /// The configuration cannot be run.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address is in use, or not this machine's.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The folder with the compiled client cannot be served.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The embedded tenant's settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The app is none of the embedded tenant's clients.
    #[error(transparent)]
    OwnClient(#[from] OwnClientError),
    /// The embedded tenant cannot be built.
    #[error("the tenant cannot start")]
    Tenant(#[from] passwordless_tenant::BuildError),
    /// `TENANT_PUBLIC_URL` is not an origin.
    #[error("TENANT_PUBLIC_URL is {0}")]
    TenantUrl(#[from] InvalidTenant),
    /// The login cannot be set up.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// There can be no metrics.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A server failed.
    #[error("serving broke off")]
    Serve(#[from] io::Error),
}

/// Where both parts take the time from.
#[derive(Clone)]
pub struct Clocks {
    /// The app's.
    pub app: Arc<dyn leptos_passwordless::server::Clock>,
    /// The tenant's.
    pub tenant: Arc<dyn passwordless_tenant::Clock>,
}

impl Clocks {
    /// The system's clock for both.
    pub fn system() -> Self {
        Self {
            app: Arc::new(leptos_passwordless::server::SystemClock),
            tenant: Arc::new(passwordless_tenant::SystemClock),
        }
    }
}

/// The sockets, bound before anything is built, so that an address in use fails the start at once.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The app's.
    pub app: Option<TcpListener>,
    /// The tenant's.
    pub tenant: Option<TcpListener>,
    /// That of the metrics.
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds the sockets of this mode.
    ///
    /// # Errors
    /// [`StartupError::Listen`] if an address cannot be bound.
    pub async fn bind(mode: Mode, config: &Config) -> Result<Self, StartupError> {
        let app = if mode == Mode::Tenant { None } else { Some(bind(config.leptos_site_addr).await?) };
        let tenant = if mode == Mode::App { None } else { Some(bind(config.tenant_addr).await?) };
        let metrics = match config.metrics_addr {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self { app, tenant, metrics })
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartupError> {
    TcpListener::bind(address).await.map_err(|error| StartupError::Listen(address, error))
}

/// The embedded tenant, as the app needs it.
struct OwnTenant {
    /// Its clients and connections.
    config: TenantConfig,
    /// The URL of its outbox.
    outbox: Option<String>,
    service: TenantService,
}

/// The program, ready to run.
#[derive(Debug)]
pub struct Application {
    /// The phase in which each takes no more connections is the last.
    servers: Vec<(TcpListener, Router, Phase)>,
    connections: ConnectionArgs,
    proxies: TrustedProxies,
    phase: watch::Sender<Phase>,
    phases: Phases,
    shutdown_delay: Duration,
    /// Housekeeping; it ends with its set.
    cleanup_tasks: JoinSet<()>,
}

impl Application {
    /// Opens the database and builds the servers of this mode.
    ///
    /// # Errors
    /// [`StartupError`] if the configuration or the database cannot be used.
    pub async fn build(
        mode: Mode,
        config: Config,
        mut listeners: Listeners,
        clocks: Clocks,
    ) -> Result<Self, StartupError> {
        let site = Site::open(&config.leptos_site_root)?;
        for warning in config.warnings(mode) {
            tracing::warn!("{warning}");
        }
        // App and tenant share them: SQLite writes on one connection at a time.
        let connections = Connections::from(database::open(&config.database).await?);
        let (phase, phases) = Phases::new();
        let mut application = Self {
            servers: Vec::new(),
            connections: config.connections,
            proxies: trusted_proxies(&config),
            phase,
            phases,
            shutdown_delay: Duration::from_secs(config.shutdown_delay_seconds.into()),
            cleanup_tasks: JoinSet::new(),
        };
        if let Some(listener) = listeners.metrics.take() {
            application.add_metrics(listener)?;
        }
        let tenant = match mode {
            Mode::App => None,
            Mode::Both | Mode::Tenant => {
                Some(application.add_tenant(&config, &site, &connections, &mut listeners, &clocks).await?)
            }
        };
        if mode != Mode::Tenant {
            let own = tenant.as_ref().map(|tenant| &tenant.config);
            let mut auth = auth_config(&config, own)?;
            auth.tenant_service = tenant.as_ref().map(|tenant| tenant.service.clone());
            let auth = Auth::with_clock(auth, clocks.app)?;
            let sample = sample_of(&config, own, &auth);
            let extras = Extras { outbox: tenant.and_then(|tenant| tenant.outbox), sample };
            application.add_app(&config, &site, &auth, connections, (listeners.app, extras));
        }
        Ok(application)
    }

    fn add_metrics(&mut self, listener: TcpListener) -> Result<(), StartupError> {
        let prometheus = Prometheus::install()?;
        tracing::info!("metrics are at http://{}/metrics", listener.local_addr()?);
        self.servers.push((listener, prometheus.routes(), Phase::Closed));
        self.cleanup_tasks.spawn(prometheus.upkeep());
        Ok(())
    }

    /// Adds the tenant.
    async fn add_tenant(
        &mut self,
        config: &Config,
        site: &Site,
        connections: &Connections,
        listeners: &mut Listeners,
        clocks: &Clocks,
    ) -> Result<OwnTenant, StartupError> {
        let mut settings = tenant_settings::settings(config, connections.pool(), &SystemEntropy, site).await?;
        if let Some(app) = listeners.app.as_ref().and_then(|app| app.local_addr().ok()) {
            settings.config = own_client::told_of_logouts(config, settings.config, app);
        }
        let tenant_config = settings.config.clone();
        let has_outbox = matches!(settings.sms, passwordless_tenant::Sms::Outbox);
        let outbox = has_outbox.then(|| format!("{}outbox", config.tenant_public_url));
        let tenant =
            passwordless_tenant::build(settings, connections.clone(), clocks.tenant.clone(), Arc::new(SystemEntropy))
                .await?;
        self.cleanup_tasks.spawn(tenant.back_channel.run());
        let tenant = tenant_router::with_files(with_names(tenant.router), site, self.readiness(connections.pool()))
            .layer(TrustedProxiesLayer::new(self.proxies.clone()));
        let tenant = self.observed(tenant, TENANT);
        self.add_server(listeners.tenant.take(), tenant.clone(), Phase::Closed);
        self.cleanup_tasks.spawn(passwordless_tenant::cleanup(
            connections.pool().clone(),
            clocks.tenant.clone(),
            Arc::new(SystemEntropy),
        ));
        tracing::info!("the tenant is at {}", config.tenant_public_url);
        if let Some(outbox) = &outbox {
            tracing::info!("read the SMS at {outbox}");
        }
        Ok(OwnTenant { config: tenant_config, outbox, service: tenant.into() })
    }

    /// The requests of a part of the program get ids, and are counted.
    fn observed(&self, router: Router, part: &'static str) -> Router {
        with_ids(observed(router, part), part, self.proxies.clone())
    }

    fn add_server(&mut self, listener: Option<TcpListener>, router: Router, closes_in: Phase) {
        self.servers.extend(listener.map(|listener| (listener, router, closes_in)));
    }

    fn readiness(&self, pool: &Pool) -> Readiness {
        Readiness { pool: pool.clone(), phases: self.phases.clone() }
    }

    fn add_app(
        &mut self,
        config: &Config,
        site: &Site,
        auth: &Auth,
        connections: Connections,
        (listener, extras): (Option<TcpListener>, Extras),
    ) {
        let readiness = self.readiness(connections.pool());
        let sessions = DatabaseSessions::new(connections);
        let app = app_router::build(auth, sessions.clone(), readiness, self.proxies.clone(), site, extras);
        self.add_server(listener, self.observed(app, APP), Phase::Closing);
        self.cleanup_tasks.spawn(sessions.cleanup());
        tracing::info!("the app is at {}", config.app_base_url);
    }

    /// Runs until `stop` is ready, then is no longer ready itself, and lets requests under way finish.
    ///
    /// # Errors
    /// [`StartupError::Serve`] if a server fails.
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), StartupError> {
        let (mut app, mut others) = (JoinSet::new(), JoinSet::new());
        let connections = that_fit(self.connections, self.servers.len());
        for (listener, router, closes_in) in self.servers {
            let tasks = if closes_in == Phase::Closing { &mut app } else { &mut others };
            let (proxies, phases) = (self.proxies.clone(), self.phases.clone());
            tasks.spawn(serve::serve((listener, router), connections, proxies, phases, closes_in));
        }
        notify::ready();
        let phase = self.phase.clone();
        tokio::spawn(async move {
            stop.await;
            tracing::info!("stopping");
            notify::stopping();
            phase.send_replace(Phase::Leaving);
            #[expect(clippy::disallowed_methods, reason = "load balancers give no sign that they have noticed")]
            tokio::time::sleep(self.shutdown_delay).await;
            phase.send_replace(Phase::Closing);
        });
        let finished = finish(app, others, self.phase, self.phases).await;
        drop(self.cleanup_tasks);
        finished
    }
}

/// No more connections than the system has files for: with none left, clients would wait instead of being refused.
fn that_fit(mut connections: ConnectionArgs, servers: usize) -> ConnectionArgs {
    let fitting =
        open_files::for_connections(connections.max_connections.get().saturating_mul(servers)) / servers.max(1);
    connections.max_connections = connections.max_connections.min(fitting.try_into().unwrap_or(NonZeroUsize::MIN));
    connections
}

/// Waits for the app, then for the others, and no longer than the grace period once they are stopping.
async fn finish(
    app: JoinSet<()>,
    others: JoinSet<()>,
    phase: watch::Sender<Phase>,
    mut phases: Phases,
) -> Result<(), StartupError> {
    let mut closing = phases.clone();
    let grace_is_over = async move {
        closing.reach(Phase::Closing).await;
        #[expect(clippy::disallowed_methods, reason = "the grace period of a shutdown")]
        tokio::time::sleep(GRACE).await;
    };
    let all_done = async {
        all_of(app).await?;
        phases.reach(Phase::Closing).await;
        phase.send_replace(Phase::Closed);
        all_of(others).await
    };
    tokio::select! {
        result = all_done => result,
        () = grace_is_over => Ok(()),
    }
}

async fn all_of(mut tasks: JoinSet<()>) -> Result<(), StartupError> {
    while let Some(done) = tasks.join_next().await {
        done.map_err(io::Error::other)?;
    }
    Ok(())
}

/// How the app logs in.
pub(crate) fn auth_config(config: &Config, own_tenant: Option<&TenantConfig>) -> Result<AuthConfig, StartupError> {
    let own = own_tenant.map(|tenant| OwnClient::find(config, tenant)).transpose()?;
    let (client_id, client_secret) = match &own {
        Some(own) => own.credentials(),
        None => external_credentials(config).ok_or(ConfigError::NoCredentials)?,
    };
    let tenant = match &config.auth0_domain {
        Some(tenant) => tenant.clone(),
        None => config.tenant_public_url.as_str().parse::<Tenant>()?,
    };
    let mut auth = AuthConfig::new(config.app_base_url.clone(), tenant, client_id, client_secret);
    auth.login_flow = config.auth0_login_flow;
    auth.id_token_alg = config.auth0_id_token_alg;
    auth.audience.clone_from(&config.auth0_audience);
    auth.scope.clone_from(&config.auth0_scope);
    auth.countries = config.countries().to_vec();
    auth.landlines = config.allow_landlines;
    auth.default_location = config.lock.default_location;
    auth.language = config.lock.lock_language;
    auth.remember_last_login = config.lock.remember_last_login;
    auth.sms_notice = config.lock.sms_notice;
    auth.terms = config.lock.terms();
    auth.starts_per_ip_hour = config.limit_starts_per_ip_hour;
    auth.resend_after = Duration::from_secs(config.resend_after_seconds.into());
    auth.code_length = config.code_length;
    auth.code_lifetime = Duration::from_secs(config.code_lifetime_seconds.into());
    auth.session_idle = Duration::from_hours(u64::from(config.session_idle_hours.get()));
    auth.session_absolute = Duration::from_hours(u64::from(config.session_absolute_hours.get()));
    auth.tenant_timeout = config.tenant_timeout;
    if let (Some(own), Some(tenant)) = (own, own_tenant) {
        own.check(tenant, &auth)?;
    }
    Ok(auth)
}

/// The tutorial's page: with the embedded tenant, on loopback only.
fn sample_of(config: &Config, own_tenant: Option<&TenantConfig>, auth: &Auth) -> Option<Sample> {
    if !is_loopback(&config.app_base_url) {
        return None;
    }
    let client = own_tenant?.clients().iter().find(|client| client.client_id == auth.config().client_id)?;
    Sample::new(auth.config(), client.is_callback(&sample::callback_url(&config.app_base_url)))
}

/// The credentials at a tenant that is not embedded.
fn external_credentials(config: &Config) -> Option<(String, SecretString)> {
    config.auth0_client_id.clone().zip(config.auth0_client_secret.clone())
}

fn trusted_proxies(config: &Config) -> TrustedProxies {
    TrustedProxies::new(config.trusted_proxies.clone()).reading(config.trusted_proxy_header.clone())
}

/// Ctrl-C, or what process managers send. Signals are taken from the call on, not only from the first wait.
#[cfg(unix)]
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};

    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [interrupted, terminated] = signals.map(async |signal: io::Result<_>| match signal {
            Ok(mut signal) => {
                tokio::signal::unix::Signal::recv(&mut signal).await;
            }
            Err(_) => std::future::pending().await,
        });
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub async fn stop_signal() {
    drop(tokio::signal::ctrl_c().await);
}
