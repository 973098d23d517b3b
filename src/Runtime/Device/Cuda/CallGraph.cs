using ILGPU.IR;
using ILGPU.IR.Values;

namespace AttentionDsl.Runtime;

/// <summary>What the methods of a kernel call.</summary>
internal sealed class CallGraph
{
    private readonly Dictionary<Method, int> heights = [];
    private readonly Dictionary<Method, List<Method>> callers = [];

    /// <param name="kernel">The kernel.</param>
    public CallGraph(Method kernel)
    {
        Height(kernel);
        HashSet<Method> once = [kernel];
        foreach (Method method in heights.OrderByDescending(x => x.Value).Select(x => x.Key))
        {
            if (callers.TryGetValue(method, out List<Method>? from) && from.Count == 1 && once.Contains(from[0]) && method.HasFlags(MethodFlags.Inline))
            {
                once.Add(method);
            }
        }

        Shared = [.. heights.Keys.Where(x => !once.Contains(x))];
    }

    /// <summary>The methods that more than one call leads to, or that stay methods; the others are the kernel's own text.</summary>
    public Method[] Shared { get; }

    /// <summary>The methods that a method calls, once for each call.</summary>
    public static IEnumerable<Method> Calls(Method method)
    {
        foreach (BasicBlock block in method.Blocks)
        {
            foreach (BasicBlock.ValueEntry entry in block)
            {
                if (entry.Value is MethodCall call)
                {
                    yield return call.Target;
                }
            }
        }
    }

    /// <summary>The shared methods, in groups; a method stands after those that it calls.</summary>
    public IEnumerable<Method[]> FromLeaves() => Shared.GroupBy(x => heights[x]).OrderBy(x => x.Key).Select(x => x.ToArray());

    private int Height(Method method)
    {
        if (heights.TryGetValue(method, out int known))
        {
            return known;
        }

        int height = 0;
        heights.Add(method, 0);
        foreach (Method called in Calls(method).ToArray())
        {
            height = Math.Max(height, 1 + Height(called));
            if (!callers.TryGetValue(called, out List<Method>? from))
            {
                callers.Add(called, from = []);
            }

            from.Add(method);
        }

        return heights[method] = height;
    }
}
