#pragma once
// DeviceArray: memory that kernels see, for the tests of the kernels: the card's, or under emulation the host's, where
// it ends at an unreadable page. Single thread.

#include <cstddef>
#include <cstring>
#include <vector>

namespace qwill::engine::cuda::testing {

bool hasDevice(); // false: no card; tests that need one skip
int computeCapability();
std::size_t sharedBytes(); // that a block may ask for
void* deviceAllocate(std::size_t bytes); // every byte 0xff: NaN in all float formats
void deviceFree(void* memory);
void toDevice(void* device, const void* host, std::size_t bytes);
void toHost(void* host, const void* device, std::size_t bytes); // waits for kernels
bool deviceIsIntact(); // nobody wrote behind an array of less than 16 · n bytes; on a card: no error is pending

template <typename T>
class DeviceArray {
public:
    explicit DeviceArray(std::size_t count) : m_count(count), m_data(static_cast<T*>(deviceAllocate(count * sizeof(T))))
    {
    }
    explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) { set(values); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    ~DeviceArray() { deviceFree(m_data); }

    T* data() const { return m_data; }
    std::size_t size() const { return m_count; }
    void set(const std::vector<T>& values)
    {
        if (!values.empty())
            toDevice(m_data, values.data(), values.size() * sizeof(T));
    }
    std::vector<T> get() const
    {
        std::vector<T> values(m_count);
        toHost(values.data(), m_data, m_count * sizeof(T));
        return values;
    }

private:
    std::size_t m_count;
    T* m_data;
};

} // namespace qwill::engine::cuda::testing
