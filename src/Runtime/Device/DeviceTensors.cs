namespace AttentionDsl.Runtime;

/// <summary>Brings tensors to devices. (<see cref="Tensor.ToHost"/> and <see cref="Tensor.CopyTo"/> bring them back.)</summary>
public static class DeviceTensors
{
    /// <summary>
    /// A copy in a device's memory. Calls with it run there, and their results stay there: an output where the value input is, a final state
    /// where the initial one is (else with the output), a gradient where that is which it is the gradient of. A call whose tensors are all on a
    /// device copies nothing; the host's tensors among them are copied by every run.
    /// </summary>
    /// <param name="tensor">A tensor of the host or of the device; Float32, BFloat16 or Float16.</param>
    /// <param name="device">The device; <see cref="ComputeDevice.Host"/> gives a copy on the host.</param>
    /// <exception cref="ArgumentException">The tensor has another type, or is on another device.</exception>
    public static Tensor ToDevice(this Tensor tensor, ComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(device);
        Tensor copy = device.Zeros(tensor.Type, tensor.Shape.AsSpan());
        try
        {
            tensor.CopyTo(copy);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
