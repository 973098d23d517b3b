namespace AttentionDsl.Runtime;

/// <summary>Chooses what runs a call.</summary>
internal static class Engines
{
    public static IEngine For(RunOptions? options) => options?.Engine ?? options?.Device?.Engine ?? HostEngine.Instance;
}
