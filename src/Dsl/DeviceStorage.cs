namespace AttentionDsl;

/// <summary>The elements of a tensor in the memory of a device. Everything here happens in the order of the calls; only a download waits for it.</summary>
internal abstract unsafe class DeviceStorage
{
    /// <summary>The device's name.</summary>
    public abstract string Place { get; }

    /// <summary>Zeros on the same device.</summary>
    public abstract DeviceStorage Allocate(long bytes);

    /// <summary>True if both are in the memory of one device.</summary>
    public abstract bool Beside(DeviceStorage other);

    public abstract void Upload(void* from, long at, long bytes);

    public abstract void Download(void* to, long at, long bytes);

    /// <summary>Copies to storage of the same device.</summary>
    public abstract void CopyTo(DeviceStorage to, long at, long toAt, long bytes);

    /// <summary>Copies to storage of the same device in another type, rounding to nearest even.</summary>
    public abstract void ConvertTo(DeviceStorage to, DataType type, DataType toType, long count);

    public abstract void Free();
}
