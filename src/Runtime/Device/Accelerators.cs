using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AttentionDsl.Runtime;

/// <summary>Opens ILGPU's accelerators the one way in which generated kernels are right on them.</summary>
internal static class Accelerators
{
    private const int SimulatedThreads = 2;
    private const int DeviceThreads = 128;

    static Accelerators()
    {
        // ILGPU asks for names without a version, which only development packages have.
        foreach (Assembly assembly in new[] { typeof(Context).Assembly, typeof(Accelerators).Assembly })
        {
            try
            {
                NativeLibrary.SetDllImportResolver(assembly, Resolve);
            }
            catch (InvalidOperationException)
            {
                // The program has a resolver of its own, which is then in charge.
            }
        }
    }

    /// <summary>The first device of a kind.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static Accelerator Open(DeviceKind kind, bool graphicsOnly)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            // The compiler drops what follows, and ILGPU with it.
            throw Missing(kind, "this program was compiled ahead of time, and kernels for devices are compiled when it runs");
        }

        Context context;
        try
        {
            context = Create(kind switch
            {
                DeviceKind.Cuda => builder => builder.Cuda(),
                DeviceKind.OpenCL => builder => builder.OpenCL(),
                _ => builder => builder.CPU(Simulated(SimulatedThreads)),
            });
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw Missing(kind, exception.Message);
        }

        // Where a driver has none, ILGPU offers its simulator instead.
        Device[] devices = [.. context.Devices.Where(x => x.AcceleratorType == Type(kind))];
        Device? device = devices.FirstOrDefault(x => x is not CLDevice cl || cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU))
            ?? (graphicsOnly ? null : devices.FirstOrDefault());
        if (device is null)
        {
            context.Dispose();
            throw Missing(kind, "the driver reports no device");
        }

        return device.CreateAccelerator(context);
    }

    /// <summary>The simulator with groups of so many threads.</summary>
    public static CPUDevice Simulated(int threads) => new(threads < 2 ? 2 : threads, 1, 1);

    /// <summary>A context for devices that the builder adds.</summary>
    /// <remarks>Optimisation level 2 of ILGPU 1.5.3 moves loads from shared memory across barriers: level 1 it is.</remarks>
    public static Context Create(Action<Context.Builder> devices)
    {
        Context context = Context.Create(builder =>
        {
            devices(builder);
            builder.Optimize(OptimizationLevel.O1).Math(MathMode.Default).EnableAlgorithms();
        });
        Ptx.Register(context);
        return context;
    }

    /// <summary>Threads of a group on an accelerator.</summary>
    public static int GroupSize(Accelerator accelerator) =>
        Math.Min(accelerator.AcceleratorType == AcceleratorType.CPU ? SimulatedThreads : DeviceThreads, accelerator.MaxNumThreadsPerGroup);

    private static AcceleratorType Type(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => AcceleratorType.Cuda,
        DeviceKind.OpenCL => AcceleratorType.OpenCL,
        _ => AcceleratorType.CPU,
    };

    private static NotSupportedException Missing(DeviceKind kind, string why) => new($"No {kind} device was found ({why.TrimEnd('.')}).");

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string? versioned = name switch
        {
            "cuda" => "libcuda.so.1",
            "OpenCL" => "libOpenCL.so.1",
            _ => null,
        };
        return OperatingSystem.IsLinux() && versioned is not null && NativeLibrary.TryLoad(versioned, out nint handle) ? handle : 0;
    }
}
