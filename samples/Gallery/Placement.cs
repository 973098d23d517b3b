using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery;

/// <summary>Where kernels run: the value of <c>--device</c>.</summary>
internal static class Placement
{
    /// <summary>The values <c>--device</c> takes.</summary>
    public static readonly string[] Names = [.. ComputeDevice.Names];

    /// <summary>Adds the place to the options of a call, and says on standard error which it is and what it compiles.</summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    public static Func<RunOptions, RunOptions> On(string device)
    {
        ComputeDevice found = ComputeDevice.Find(device);
        Console.Error.WriteLine($"device: {found}");
        found.Compiling += Console.Error.WriteLine;
        return options => options with { Device = found };
    }

    /// <summary>The place in words.</summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    public static string Describe(string device) => ComputeDevice.Find(device).Name;
}
