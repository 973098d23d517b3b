using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>A device's stream, on which everything happens in the order of the calls, and its memory.</summary>
internal sealed class DeviceQueue
{
    private readonly Lock gate = new();

    public DeviceQueue(Accelerator accelerator, int groupSize)
    {
        Accelerator = accelerator;
        Stream = accelerator.CreateStream();
        Pool = new(accelerator);
        Workspace = new(Pool);
        Loops = new(this, groupSize);
    }

    public Accelerator Accelerator { get; }

    public AcceleratorStream Stream { get; }

    /// <summary>Where tensors come from.</summary>
    public DevicePool Pool { get; }

    /// <summary>What a call needs besides tensors.</summary>
    public DeviceMemory Workspace { get; }

    /// <summary>Conversions and sums.</summary>
    public DeviceLoops Loops { get; }

    /// <summary>Gets the milliseconds of each kernel that is launched, where set: launches then wait for each other.</summary>
    public Action<KernelKind, double>? Profile { get; set; }

    /// <summary>True while launches are recorded and not run.</summary>
    public bool Recording { get; set; }

    /// <summary>Makes this thread the only one that uses the device, until the result is disposed.</summary>
    public Turn Take() => new(gate, Accelerator);

    /// <summary>Launches a kernel.</summary>
    public void Launch(KernelKind kernel, Action launch)
    {
        if (Profile is { } heard)
        {
            heard(kernel, Milliseconds(launch));
        }
        else
        {
            launch();
        }
    }

    /// <summary>How long the device works on what is launched.</summary>
    public double Milliseconds(Action launches)
    {
        using Turn turn = Take();
        if (Accelerator is CudaAccelerator)
        {
            return CudaTimer.Milliseconds(Stream, launches);
        }

        Stream.Synchronize();
        long start = Stopwatch.GetTimestamp();
        launches();
        Stream.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>A thread's turn at the device.</summary>
    internal readonly ref struct Turn
    {
        private readonly Lock gate;
        private readonly ScopedAcceleratorBinding bound;

        public Turn(Lock gate, Accelerator accelerator)
        {
            gate.Enter();
            this.gate = gate;
            bound = accelerator.BindScoped();
        }

        public void Dispose()
        {
            bound.Dispose();
            gate.Exit();
        }
    }
}
