using AttentionDsl.Runtime;

namespace AttentionDsl.Device.Tests;

public class ComputeDeviceTests
{
    [Fact]
    public void An_unknown_name_is_an_error_that_lists_the_names()
    {
        var error = Assert.Throws<ArgumentException>(() => ComputeDevice.Find("tpu"));
        Assert.Contains("tpu", error.Message, StringComparison.Ordinal);
        Assert.Contains("simulator", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_always_finds_a_place_and_says_what_was_missing()
    {
        ComputeDevice best = ComputeDevice.Best();
        Assert.True(best.Kind is DeviceKind.Host or DeviceKind.Cuda or DeviceKind.OpenCL);
        Assert.DoesNotContain("CPUAccelerator", best.Name, StringComparison.Ordinal);
        Assert.Equal(best.Kind == DeviceKind.Host, best.Remark.Contains("No Cuda device", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_is_opened_once() => Assert.Same(ComputeDevice.Find("simulator"), ComputeDevice.Find("simulator"));
}
