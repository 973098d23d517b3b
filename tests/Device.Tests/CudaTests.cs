using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>Every variant on a CUDA card. Without one these tests say so and are skipped.</summary>
public class CudaTests
{
    public static TheoryData<string> Variants => [.. Catalog.All.Select(x => x.Description.Name)];

    [CudaTheory]
    [MemberData(nameof(Variants))]
    public void Agrees_with_the_oracle(string name)
    {
        CheckReport report = Catalog.All.Single(x => x.Description.Name == name).Check(options: new RunOptions { Device = ComputeDevice.Find("cuda") });
        Assert.True(report.Passed, report.ToString());
    }
}

/// <summary>A theory that needs a CUDA card.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaTheoryAttribute : TheoryAttribute
{
    private static readonly string? Missing = Reason();

    public CudaTheoryAttribute() => Skip = Missing;

    private static string? Reason()
    {
        try
        {
            ComputeDevice.Find("cuda");
            return null;
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
    }
}
