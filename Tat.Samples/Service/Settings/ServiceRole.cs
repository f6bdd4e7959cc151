namespace Tat.Samples.Service.Settings;

/// <summary>What a process of the service does.</summary>
public enum ServiceRole
{
    /// <summary>It accepts jobs and restores them.</summary>
    Both,

    /// <summary>It accepts jobs, shows them and hands results out.</summary>
    Web,

    /// <summary>It restores jobs.</summary>
    Worker,
}
