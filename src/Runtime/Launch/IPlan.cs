namespace AttentionDsl.Runtime;

/// <summary>What a call does, made once and run many times.</summary>
internal interface IPlan : IDisposable
{
    /// <summary>Does it.</summary>
    void Run();
}

/// <summary>A plan that is a piece of code and holds nothing.</summary>
internal sealed class Plan(Action run) : IPlan
{
    /// <summary>A call without work.</summary>
    public static readonly Plan Nothing = new(() => { });

    public void Run() => run();

    public void Dispose()
    {
    }
}
