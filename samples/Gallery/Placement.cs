using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery;

/// <summary>Where kernels run: the value of <c>--device</c>.</summary>
internal static class Placement
{
    /// <summary>The values <c>--device</c> takes.</summary>
    public static readonly string[] Names = ["auto", "host"];

    /// <summary>Adds the place to the options of a call.</summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    public static Func<RunOptions, RunOptions> On(string device) => device switch
    {
        "auto" or "host" => options => options,
        _ => throw new ArgumentException($"--device {device}: expected one of {string.Join(", ", Names)}."),
    };

    /// <summary>The place in words.</summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    public static string Describe(string device) => $"{(device == "auto" ? "host" : device)} with {Environment.ProcessorCount} cores";
}
