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

    // Found only on a card otherwise, where a kernel is exchanged for the one that the driver compiled elsewhere.
    [Theory]
    [InlineData(typeof(ILGPU.Backends.PTX.PTXCompiledKernel), "<PTXAssembly>k__BackingField", typeof(string))]
    [InlineData(typeof(ILGPU.Runtime.Cuda.CudaKernel), "modulePtr", typeof(nint))]
    [InlineData(typeof(ILGPU.Runtime.Cuda.CudaKernel), "functionPtr", typeof(nint))]
    public void Ilgpu_has_the_fields_that_the_compiler_exchanges(Type type, string field, Type expected) =>
        Assert.Equal(expected, type.GetField(field, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)?.FieldType);
}
