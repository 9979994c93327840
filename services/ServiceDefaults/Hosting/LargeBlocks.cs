using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace InferenceTracing.ServiceDefaults.Hosting;

/// <summary>
/// The memory Kestrel receives into and sends from: blocks of 64 KiB where it takes 4 KiB itself, so that an image of 150 KB takes a few calls of the
/// kernel and not dozens (docs/performance.md). They are pinned, and lent again most recent first, while they are in the caches.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    private static readonly Pool OfTheProcess = new();

    /// <summary>Kestrel asks for each of its socket queues; all share one, so that its bound is the process's.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => OfTheProcess;

    /// <summary>Keeps the most blocks that were ever out at once. One that is never given back counts as out for ever.</summary>
    internal sealed class Pool : MemoryPool<byte>
    {
        public const int BlockBytes = 64 * 1024;

        /// <summary>16 MiB. What is asked for beyond them gets blocks of the size Kestrel takes by itself.</summary>
        public const int MostBlocks = 256;

        private const int SmallBytes = 4 * 1024;

        private readonly Lock _lock = new();
        private readonly Stack<Block> _free = new();
        private int _made;

        public override int MaxBufferSize => BlockBytes;

        /// <exception cref="ArgumentOutOfRangeException">More is asked for than a block has.</exception>
        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);

            lock (_lock)
            {
                if (_free.TryPop(out var block))
                {
                    return block.Lend();
                }

                if (_made < MostBlocks)
                {
                    _made++;
                    return new Block(this).Lend();
                }
            }

            return Shared.Rent(Math.Max(minBufferSize, SmallBytes));
        }

        /// <summary>Nothing: the pool lives as long as the process, whichever of its users stops first.</summary>
        protected override void Dispose(bool disposing)
        {
        }

        private void TakeBack(Block block)
        {
            lock (_lock)
            {
                _free.Push(block);
            }
        }

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            private int _lent;

            public Memory<byte> Memory { get; } =
                MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

            public Block Lend()
            {
                _lent = 1;
                return this;
            }

            /// <summary>Gives it back; a second time only if it has been lent again, so whoever has given it back must have forgotten it.</summary>
            public void Dispose()
            {
                if (Interlocked.Exchange(ref _lent, 0) == 1)
                {
                    pool.TakeBack(this);
                }
            }
        }
    }
}
