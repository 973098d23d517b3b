using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// What a call launches, recorded and launched as one. The first run does it plainly: it allocates what is missing, which a recording must not. The
/// second records; so does the first one after the workspace has moved. A graph that runs while another one records becomes part of it.
/// </summary>
internal sealed class CudaGraph(DeviceQueue queue, Action run) : IPlan
{
    private CudaGraphHandle? graph;
    private int generation;
    private bool warm;

    public void Run()
    {
        using DeviceQueue.Turn turn = queue.Take();
        if (!warm || queue.Recording || queue.Profile is not null)
        {
            run();
            warm = true;
            return;
        }

        if (graph is null || generation != queue.Workspace.Generation)
        {
            graph?.Dispose();
            queue.Recording = true;
            try
            {
                graph = CudaDriver.Record((CudaStream)queue.Stream, run);
            }
            finally
            {
                queue.Recording = false;
            }

            generation = queue.Workspace.Generation;
        }

        CudaDriver.Launch(graph, (CudaStream)queue.Stream);
    }

    public void Dispose()
    {
        graph?.Dispose();
        graph = null;
    }
}
