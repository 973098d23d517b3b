using System.Reflection;
using AttentionDsl.Runtime;

namespace AttentionDsl.Generator.Tests.Diagnostics;

/// <summary>The generator does not reference the runtime; what both know of devices is the same.</summary>
public class DeviceNumbersTests
{
    [Theory]
    [InlineData("SharedBytes", DeviceRules.SharedBytes)]
    [InlineData("NarrowColumns", DeviceRules.NarrowColumns)]
    public void AreTheRuntimes(string name, int number) =>
        Assert.Equal(number, typeof(IVariant).Assembly.GetType("AttentionDsl.Runtime.CudaBackend")!.GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue());
}
