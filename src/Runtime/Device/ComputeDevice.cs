using System.Diagnostics.CodeAnalysis;

namespace AttentionDsl.Runtime;

/// <summary>What kind of machine runs kernels.</summary>
public enum DeviceKind
{
    /// <summary>The processors of this machine, SIMD, without ILGPU.</summary>
    Host,

    /// <summary>An NVIDIA card.</summary>
    Cuda,

    /// <summary>An OpenCL device.</summary>
    OpenCL,

    /// <summary>ILGPU's simulator: device kernels on a few threads of this machine, very slow, for tests.</summary>
    Simulator,
}

/// <summary>A place where kernels run; give it to a call by <see cref="RunOptions.Device"/>. Devices live as long as the process.</summary>
public sealed class ComputeDevice
{
    private const string Untrimmed =
        "ILGPU reads the code of kernels and compiles it when the program runs: publish untrimmed, and not ahead of time, for devices. ComputeDevice.Host, which is where calls run by themselves, needs neither.";

    /// <summary>Why what devices do with types may be done in a library that can be trimmed.</summary>
    internal const string Guarded = "There are devices in programs alone that are neither trimmed nor compiled ahead of time: see Find.";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<DeviceKind, ComputeDevice> Opened = [];

    private ComputeDevice(DeviceKind kind, string name, string remark, IEngine engine)
    {
        Kind = kind;
        Name = name;
        Remark = remark;
        Engine = engine;
        if (engine is DeviceEngine device)
        {
            device.Compiling = text => Compiling?.Invoke(text);
        }
    }

    /// <summary>A kernel is about to be compiled, which takes moments and happens once a process: a line of text for the user.</summary>
    public event Action<string>? Compiling;

    /// <summary>The processors of this machine.</summary>
    public static ComputeDevice Host { get; } = new(DeviceKind.Host, $"host, {Environment.ProcessorCount} processors", "", HostEngine.Instance);

    /// <summary>The names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "host", "cuda", "opencl", "simulator"];

    /// <summary>The kind.</summary>
    public DeviceKind Kind { get; }

    /// <summary>The device's own name, such as <c>NVIDIA H200</c>.</summary>
    public string Name { get; }

    /// <summary>Why it was chosen over what is missing; empty where there is nothing to say.</summary>
    public string Remark { get; }

    /// <summary>What computes on it.</summary>
    internal IEngine Engine { get; }

    /// <summary>A CUDA card if there is one, else an OpenCL graphics card, else the host; <see cref="Remark"/> then says what was missing.</summary>
    [RequiresUnreferencedCode(Untrimmed)]
    public static ComputeDevice Best()
    {
        var missing = new List<string>();
        foreach (DeviceKind kind in new[] { DeviceKind.Cuda, DeviceKind.OpenCL })
        {
            try
            {
                return Open(kind, graphicsOnly: true);
            }
            catch (NotSupportedException exception)
            {
                missing.Add(exception.Message);
            }
        }

        return new(DeviceKind.Host, Host.Name, string.Join(" ", missing), HostEngine.Instance);
    }

    /// <summary>A device by one of the <see cref="Names"/>.</summary>
    /// <param name="name">Which.</param>
    /// <exception cref="ArgumentException">The name is none of them.</exception>
    /// <exception cref="NotSupportedException">This machine has no such device.</exception>
    [RequiresUnreferencedCode(Untrimmed)]
    [RequiresDynamicCode(Untrimmed)]
    public static ComputeDevice Find(string name) => name switch
    {
        "auto" => Best(),
        "host" => Host,
        "cuda" => Open(DeviceKind.Cuda, graphicsOnly: false),
        "opencl" => Open(DeviceKind.OpenCL, graphicsOnly: false),
        "simulator" => Open(DeviceKind.Simulator, graphicsOnly: false),
        _ => throw new ArgumentException($"There is no device '{name}': expected one of {string.Join(", ", Names)}.", nameof(name)),
    };

    /// <summary>A tensor of zeros in the device's memory: a state to begin with.</summary>
    /// <param name="type">Element type; on a device Float32, BFloat16 or Float16.</param>
    /// <param name="shape">Lengths of the axes, outermost first.</param>
    public Tensor Zeros(DataType type, params ReadOnlySpan<long> shape) =>
        Engine is DeviceEngine device ? new(bytes => new DeviceBytes(device, bytes), type, shape) : new(type, shape);

    /// <summary>
    /// Waits until the device is done with all calls. A call whose tensors are all on a device returns when its work is queued; copying a result to the
    /// host waits for it anyway, so this is for timing.
    /// </summary>
    public void Synchronize()
    {
        if (Engine is DeviceEngine device)
        {
            using DeviceQueue.Turn turn = device.Queue.Take();
            device.Queue.Stream.Synchronize();
        }
    }

    /// <summary>Name and kind, and the remark if there is one.</summary>
    public override string ToString() => (Kind == DeviceKind.Host ? Name : $"{Name} ({Kind})") + (Remark.Length > 0 ? $"; {Remark}" : "");

    private static ComputeDevice Open(DeviceKind kind, bool graphicsOnly)
    {
        lock (Gate)
        {
            if (!Opened.TryGetValue(kind, out ComputeDevice? device))
            {
                var accelerator = Accelerators.Open(kind, graphicsOnly);
                string name = kind == DeviceKind.Simulator ? "ILGPU simulator" : accelerator.Name;
                device = new(kind, name, "", new DeviceEngine(accelerator, name, Accelerators.GroupSize(accelerator)));
                Opened.Add(kind, device);
            }

            return device;
        }
    }
}
